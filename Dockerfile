# What Remit needs in CI, but for the repository itself: a job checks that out and runs `remit` in it.
#
#     docker build --tag remit .
#     docker run --rm --volume "$PWD:/work" remit remit validate
#
# Where the folder belongs to another user, add --user "$(id -u)": Pulumi's home in the image is everybody's.
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
 && useradd --uid 10001 --create-home remit \
 && git config --system safe.directory '*' # CI checks the folder out as another user, and git would refuse to read it
COPY --from=pulumi /pulumi/bin/pulumi /pulumi/bin/*-python* /usr/local/bin/
COPY --from=packages /opt/remit /opt/remit
COPY --chmod=755 .ci/remit /usr/local/bin/remit
USER 10001
ENV HOME=/home/remit \
    PULUMI_HOME=/home/remit/.pulumi \
    PULUMI_SKIP_UPDATE_CHECK=true
RUN pulumi plugin install resource aws-native 1.84.0 \
 && chmod -R a+rwX /home/remit
WORKDIR /work
CMD ["remit", "--help"]
