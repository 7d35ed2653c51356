# What Remit needs in CI, but for the repository itself: a job checks that out and runs `remit` in it.
#
#     docker build --tag remit .
#     docker run --rm --volume "$PWD:/work" remit remit validate
#
# Where the runner's user is another one, make the folder writable for user 10001, or add --user.
FROM python:3.13.9-slim-trixie AS packages
WORKDIR /opt/remit
COPY requirements.txt constraints.txt ./
RUN python -m venv .venv \
 && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
      --constraint constraints.txt --requirement requirements.txt

FROM pulumi/pulumi-base:3.272.0 AS pulumi

FROM python:3.13.9-slim-trixie
# hadolint ignore=DL3008 # Debian keeps no old versions: the image's tag fixes the release
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home remit
COPY --from=pulumi /pulumi/bin/pulumi /pulumi/bin/*-python* /usr/local/bin/
COPY --from=packages /opt/remit /opt/remit
COPY --chmod=755 .ci/remit /usr/local/bin/remit
USER 10001
ENV PULUMI_SKIP_UPDATE_CHECK=true \
    PULUMI_HOME=/home/remit/.pulumi
RUN pulumi plugin install resource aws-native 1.84.0
WORKDIR /work
CMD ["remit", "--help"]
