# syntax=docker/dockerfile:1
# One image for every role (web, dispatcher, worker, beat, one-shot commands); the command decides.

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
COPY requirements-production.txt /tmp/requirements.txt
# Wheels only, each with its hash: nothing is compiled, nothing unknown is installed.
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.txt

WORKDIR /app
COPY manage.py ./
COPY accounts accounts
COPY surveys surveys
COPY health health
COPY playbooks playbooks
COPY metrics metrics
COPY cs_platform cs_platform
COPY templates templates
# Needs neither a database nor the real secret; compressed and hashed once, served by every web.
RUN SECRET_KEY=only-for-this-step CS_STATIC_ROOT=/app/static \
    /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf .local \
    && /opt/venv/bin/python -m compileall -q accounts surveys health playbooks metrics cs_platform


FROM python:3.11-slim-bookworm AS run
# pg_dump and pg_restore of the server's major version (or newer), for manage.py backup and restore.
ARG POSTGRES_MAJOR=18
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install --yes --no-install-recommends "postgresql-client-${POSTGRES_MAJOR}" \
    && apt-get purge --yes --auto-remove gnupg \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 10001 cs \
    && useradd --system --uid 10001 --gid cs --home-dir /var/lib/cs --create-home --shell /usr/sbin/nologin cs \
    && install -d -o cs -g cs /backups

COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

ARG COMMIT=""
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=cs_platform.settings \
    CS_HOME=/var/lib/cs \
    CS_PORT=8000 \
    CS_STATIC_ROOT=/app/static \
    CS_METRICS_FOLDER=/tmp/metrics \
    CS_ALIVE_FOLDER=/tmp \
    CS_COMMIT=$COMMIT
LABEL org.opencontainers.image.title="CS platform" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision=$COMMIT

WORKDIR /app
USER 10001:10001
VOLUME /var/lib/cs
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["python", "-m", "cs_platform.runtime.healthcheck", "web"]
CMD ["gunicorn", "--config", "python:cs_platform.runtime.gunicorn", "cs_platform.wsgi:application"]
