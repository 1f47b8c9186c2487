"""GET /metrics: the figures of the installation as Prometheus reads them, for whoever knows METRICS_TOKEN."""
import hmac

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot import settings
from bot.cases import gauges, store


async def metrics(request: Request) -> Response:
    """404 without METRICS_TOKEN in the settings, 403 for another token, 503 while the record cannot be read."""
    token = settings.read().metrics_token
    if token is None:
        raise HTTPException(404)
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
        raise HTTPException(403)
    try:
        return Response(await run_in_threadpool(_text), media_type=CONTENT_TYPE_LATEST)
    except SQLAlchemyError:
        return Response("", 503)


class _Record:
    """The figures of the record as a collector."""

    def collect(self):
        with store.session(only_reads=True) as session:
            for gauge in gauges.gauges(session):
                family = GaugeMetricFamily(gauge.name, gauge.help, labels=[gauge.label] if gauge.label else [])
                for label, value in gauge.values.items():
                    family.add_metric([label] if gauge.label else [], value)
                yield family


def _text() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Record())
    return generate_latest(registry)
