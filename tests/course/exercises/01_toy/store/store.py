"""A store that counts."""


def main():
    """Read readings.csv, write store.sqlite."""
    raise NotImplementedError("Add up the values of each sensor, then write one row for each.")


if __name__ == "__main__":
    main()
