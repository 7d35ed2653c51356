"""EventBridge, as far as Remit uses it: what CloudTrail records becomes an event, rules match it, and API destinations
get it by real HTTP.

`bus` matches and queues · `delivery` sends, retries, and puts what failed into the dead-letter queue · `transform` the
input transformer · `types` what Cloud Control can make: rules, connections, destinations, queues and their policies.
"""
