"""Metrics in Prometheus's own words; what they are is in lib/operator/metrics.py."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from lib.operator.metrics import METRICS, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposition:
    """What a scrape is answered."""

    body: bytes
    content_type: str


class _Samples(Collector):
    def __init__(self, samples: Sequence[Sample]) -> None:
        self._samples = samples

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for metric in METRICS:
            family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
            for _, labels, value in (sample for sample in self._samples if sample[0] is metric):
                family.add_metric(labels, value)
            if family.samples:
                yield family


def expose(samples: Sequence[Sample], *, accept: str) -> Exposition:
    """`samples` in the format that the `accept` header asks for: Prometheus's text, or OpenMetrics."""
    encode, content_type = choose_encoder(accept)
    return Exposition(body=encode(_Samples(samples)), content_type=content_type)
