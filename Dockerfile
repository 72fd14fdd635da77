# One image for every role: docker run talkoo api | worker | relay | clock | migrate

FROM python:3.13-slim AS environment
RUN python -m venv /environment
COPY requirements.txt .
RUN /environment/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
# The project itself is not built: its code lies in /talkoo and this is its command.
RUN printf '#!/environment/bin/python\nfrom ops.command import main\n\nmain()\n' > /environment/bin/talkoo \
 && chmod 755 /environment/bin/talkoo

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin talkoo
COPY --from=environment /environment /environment
WORKDIR /talkoo
COPY . .
RUN /environment/bin/python -m compileall -q .
ENV PATH=/environment/bin:$PATH PYTHONPATH=/talkoo PYTHONUNBUFFERED=1 ENVIRONMENT=production PORT=8000
USER talkoo
EXPOSE 8000
STOPSIGNAL SIGTERM
# For the API. For the others ask `python -m workers.health worker|relay|clock`, as deploy/compose.yaml does.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["talkoo", "health"]
ENTRYPOINT ["talkoo"]
CMD ["api", "--host", "0.0.0.0"]
