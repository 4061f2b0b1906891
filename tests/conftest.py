"""What all tests share: examples that are the same in every run."""

import signal

from hypothesis import HealthCheck, settings

# A shell starts what runs in the background with interrupts ignored, which the programs that the
# tests start would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "softmax",
    derandomize=True,
    deadline=None,
    max_examples=40,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("softmax")
