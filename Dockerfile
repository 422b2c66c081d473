# The app on processors alone, not as root; what it keeps is in one volume:
#
#   docker build -t glass-cnn .
#   docker run --init --rm -p 127.0.0.1:8501:8501 -v glass-cnn:/data glass-cnn
#
# then open http://localhost:8501. What stands behind the image's name goes to Streamlit; for a class,
# publish the port as -p 8501:8501 and add: --server.allowedHosts your.host.name

FROM python:3.11-slim-bookworm AS base
# OpenCV loads these even where it opens no window.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt requirements-cpu.txt requirements-export.txt ./
RUN pip install --no-cache-dir -r requirements-cpu.txt -r requirements-export.txt
RUN useradd --uid 1000 --create-home glass && mkdir /data && chown glass:glass /data
ENV GLASS_CNN_RUNS=/data/runs GLASS_CNN_CACHE=/data/cache PYTHONUNBUFFERED=1
EXPOSE 8501

# What tests and checks need as well; the folder itself is mounted by whoever develops in it.
FROM base AS develop
RUN apt-get update \
    && apt-get install --yes --no-install-recommends chromium git nodejs npm \
    && rm -rf /var/lib/apt/lists/*
COPY requirements-dev.txt ./
RUN pip install --no-cache-dir -r requirements-cpu.txt -r requirements-dev.txt
USER 1000:1000

FROM base AS app
COPY LICENSE app.py ./
COPY .streamlit .streamlit
COPY core core
COPY pages pages
RUN python -m compileall -q app.py core pages
USER 1000:1000
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"]
