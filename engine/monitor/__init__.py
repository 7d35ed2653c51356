"""The two gRPC services that the program and the plugins call: ResourceMonitor and Engine."""
