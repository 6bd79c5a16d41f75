"""The model of a run on many workers: one driver, N workers, two batches under way for each."""

IN_FLIGHT = 2  # batches that a worker has been sent and has not answered yet
ENOUGH = 4_000  # workers beyond which nothing changes any more


class Model:
    """A closed queueing network of one driver and many workers.

    The driver spends `driver` seconds on a file, a worker `worker`. It is solved by mean value
    analysis; the workers are one station by Seidmann's approximation: a server that is N times as
    fast, and a delay of what is left of a worker's time. Times count as exponential, which is
    cautious: those of batches vary less.
    """

    def __init__(self, driver, worker):
        self.driver, self.worker = driver, worker

    def throughput(self, workers):
        """Files a second."""
        workers = min(workers, ENOUGH)
        fast = self.worker / workers
        delay = self.worker - fast
        at_driver = at_workers = rate = 0.0
        for under_way in range(1, IN_FLIGHT * workers + 1):
            driver = self.driver * (1 + at_driver)
            busy = fast * (1 + at_workers)
            rate = under_way / (driver + busy + delay)
            at_driver, at_workers = rate * driver, rate * busy
        return rate

    def bound(self, workers):
        """What neither the driver nor the workers can exceed."""
        return min(1 / self.driver, workers / self.worker)

    @property
    def saturation(self):
        """The number of workers that could keep the driver busy without ever waiting for it."""
        return self.worker / self.driver
