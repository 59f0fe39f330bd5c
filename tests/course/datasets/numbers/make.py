"""Values and weights."""


def draw(rng):
    """Return 50 values and 50 weights, both float64 of shape (50,)."""
    return rng.normal(size=50), rng.uniform(0.1, 1.0, size=50)
