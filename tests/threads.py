"""Threads in tests: what goes wrong in one of them fails the test."""

import threading


def run_in_threads(number, work):
    """Runs `work(index)` in so many threads, which begin together."""
    errors = []
    barrier = threading.Barrier(number)

    def main(index):
        try:
            barrier.wait()
            work(index)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=main, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
