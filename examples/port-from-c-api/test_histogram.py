"""What every step of the port must pass: `python -m unittest test_histogram`, with the step's
`histogram` on the path."""

import gc
import sys
import unittest
import weakref

import histogram
from histogram import BinsError, Histogram

# PyPy collects no cycles through its C API; PyPy 7.3 does through its own HPy.
COLLECTS = sys.implementation.name == "cpython" or (
    type(histogram.__spec__.loader).__name__ == "HPyLoader"
)


class Filling(unittest.TestCase):
    def test_values_are_counted(self):
        counted = Histogram(0, 10, 5)
        counted.fill([0, 1.5, 2, 9.999])
        counted.fill((4,), weight=2.5)
        self.assertEqual(list(counted), [2.0, 1.0, 2.5, 0.0, 1.0])
        self.assertEqual(len(counted), 5)
        self.assertEqual(counted[4], 1.0)
        with self.assertRaises(IndexError):
            counted[5]

    def test_reset(self):
        counted = Histogram(0, 2, 2)
        counted.fill([0, 1, 1, 7])
        self.assertIsNone(counted.reset())
        self.assertEqual((list(counted), counted.outliers), ([0.0, 0.0], 0))

    def test_members(self):
        counted = Histogram(low=-1, high=1)
        self.assertEqual((counted.low, counted.high, len(counted)), (-1.0, 1.0, 10))
        self.assertEqual(counted.outliers, 0)
        for name in ("low", "high", "outliers"):
            with self.assertRaises(AttributeError):
                setattr(counted, name, 1)

    def test_text(self):
        counted = Histogram(0, 1, bins=3)
        counted.fill([7])
        self.assertEqual(repr(counted), "<Histogram of 3 bins, 1 outliers>")

    def test_what_does_not_fit_is_refused(self):
        counted = Histogram(0, 1)
        for call in (
            lambda: counted.fill(),
            lambda: counted.fill([1], 2.0),
            lambda: counted.fill([1], wait=2.0),
            lambda: counted.fill(["1"]),
            lambda: counted.fill(1),
            lambda: Histogram(0),
            lambda: Histogram(0, 1, 2, 3),
        ):
            self.assertRaises(TypeError, call)
        for call in (lambda: Histogram(1, 1), lambda: Histogram(0, 1, bins=0)):
            self.assertRaises(ValueError, call)


class Callbacks(unittest.TestCase):
    def test_outliers_are_reported(self):
        seen = []
        counted = Histogram(0, 1)
        counted.on_outlier = seen.append
        counted.fill([-1, 0.5, float("inf"), 1])
        self.assertEqual(seen, [-1.0, float("inf"), 1.0])
        self.assertEqual(counted.outliers, 3)

    def test_a_callback_can_be_exchanged(self):
        seen = []
        counted = Histogram(0, 1)
        self.assertIsNone(counted.on_outlier)
        counted.on_outlier = callback = seen.append
        self.assertIs(counted.on_outlier, callback)
        counted.fill([5])
        counted.on_outlier = None
        counted.fill([6])
        self.assertEqual((seen, counted.on_outlier), ([5.0], None))
        with self.assertRaises(TypeError):
            counted.on_outlier = "print"

    def test_its_exception_ends_the_filling(self):
        def refuse(value):
            raise KeyError(value)

        counted = Histogram(0, 1, 1)
        counted.on_outlier = refuse
        with self.assertRaises(KeyError):
            counted.fill([0.5, 2, 0.5])
        self.assertEqual((list(counted), counted.outliers), ([1.0], 1))

    @(lambda test: test if COLLECTS else unittest.expectedFailure(test))
    def test_a_cycle_is_collected(self):
        class Watched(Histogram):
            def report(self, value):
                pass

        counted = Watched(0, 1)
        counted.on_outlier = counted.report
        gone = weakref.ref(counted)
        del counted
        for _ in range(3):
            gc.collect()
        self.assertIsNone(gone())


class Functions(unittest.TestCase):
    def test_merge(self):
        one, two = Histogram(0, 1, 2), Histogram(0, 1, 2)
        one.fill([0.1, 3])
        two.fill([0.1, 0.9, 4])
        self.assertIsNone(histogram.merge(one, two))
        self.assertEqual((list(one), one.outliers), ([2.0, 1.0], 2))
        self.assertEqual(list(two), [1.0, 1.0])

    def test_merge_has_an_exception_of_its_own(self):
        self.assertTrue(issubclass(BinsError, ValueError))
        self.assertEqual(BinsError.__module__, "histogram")
        with self.assertRaisesRegex(BinsError, "the bins differ: 2 and 3"):
            histogram.merge(Histogram(0, 1, 2), Histogram(0, 1, 3))
        self.assertRaises(TypeError, histogram.merge, Histogram(0, 1), 3)

    def test_edges(self):
        self.assertEqual(histogram.edges(0, 1, 4), [0.0, 0.25, 0.5, 0.75, 1.0])


if __name__ == "__main__":
    unittest.main()
