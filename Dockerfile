# Production image: web, worker and beat are the same image with different commands (docker-compose.yml).
FROM python:3.13-slim AS packages
# `--build-arg LOCK=monitoring` adds reports to Sentry and traces.
ARG LOCK=base
COPY requirements/${LOCK}.lock /tmp/requirements.lock
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/requirements.lock

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/static \
    MEDIA_ROOT=/media \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics \
    WEB_HOST=0.0.0.0 \
    PORT=8000
# pg_dump and pg_restore of the server's version, for the commands backup and restore.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends postgresql-common ca-certificates \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y -qq --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=packages /venv /venv
WORKDIR /app
COPY . /app
# Neither step reaches a server or needs a key.
RUN DJANGO_SETTINGS_MODULE=config.offline python manage.py catalogue --compile
RUN DJANGO_SETTINGS_MODULE=config.offline python manage.py collectstatic --noinput -v 0
# The service may write nothing here: without this each process would compile the code anew.
RUN python -m compileall -q -j 0 .
RUN useradd --system --no-create-home service && install -d -o service -g service /media /backups /anchors
USER service
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s CMD ["python", "-m", "config.probe"]
CMD ["gunicorn", "--config", "python:config.web", "config.wsgi"]
