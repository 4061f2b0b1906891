"""What all tests share: examples that are the same in every run."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "softmax",
    derandomize=True,
    deadline=None,
    max_examples=40,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("softmax")
