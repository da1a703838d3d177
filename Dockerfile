# One image for web, workers, beat and migrate; config/entrypoint.sh knows them by name.
FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
COPY requirements/production.txt requirements/production.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/production.txt
COPY . .
# The settings refuse to start half-configured; none of these values is used, and none gets into the image.
RUN python -m config.translations \
    && DEBUG=false SECRET_KEY=unused ALLOWED_HOSTS=unused PUBLIC_URL=https://unused \
       DATABASE_URL=postgres://unused REDIS_URL=redis://unused \
       python manage.py collectstatic --no-input

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin okno
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DEBUG=false HOST=0.0.0.0 PORT=8000
USER okno
EXPOSE 8000
ENTRYPOINT ["config/entrypoint.sh"]
CMD ["web"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["config/entrypoint.sh", "probe"]
