#!/usr/bin/env python3
"""What bench/run does with measured numbers: folding passes, comparing peers, looking at limits, writing tables."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import results  # noqa: E402
import tables  # noqa: E402


def row(peer, value, workload="W3", metric="step_us h=30 B=32 adam", unit="us", threads=1, **extra):
    return {"workload": workload, "peer": peer, "threads": threads, "metric": metric, "value": value, "unit": unit,
            "extra": {"min": 0.9 * value, "max": 1.1 * value, "runs": 7} | extra}


class Results(unittest.TestCase):
    def test_reads_the_json_lines_among_others(self):
        text = 'warming up\n{"workload": "W3", "value": 5.5}\n'
        self.assertEqual(results.parse(text), [{"workload": "W3", "value": 5.5}])

    def test_folds_passes_into_the_median_of_their_medians(self):
        folded = results.fold([row("dlib", v, loss=v) for v in (10.0, 30.0, 20.0)] + [row("floor", 5.0)])
        self.assertEqual([r["peer"] for r in folded], ["dlib", "floor"])
        self.assertEqual(folded[0]["value"], 20)
        self.assertEqual(folded[0]["extra"], {"min": 9.0, "max": 33.0, "runs": 21, "passes": 3, "loss": 20.0})

    def test_keeps_threads_apart(self):
        folded = results.fold([row("torch-py", 10.0), row("torch-py", 6.0, threads=2)])
        self.assertEqual([r["value"] for r in folded], [10, 6])

    def test_orders_workloads_by_number_and_ours_first(self):
        rows = [row("sklearn", 1.0, workload="W10"), row("dlib", 36.0), row("floor", 5.0), row("sevenfold, whole batch", 7.0),
                row("eigen-hand", 8.8), row("sevenfold", 5.5)]
        first, second = results.compare(rows)
        self.assertEqual((first.workload, second.workload), ("W3", "W10"))
        self.assertEqual([r["peer"] for r in first.rows], ["sevenfold", "sevenfold, whole batch", "floor", "eigen-hand", "dlib"])
        self.assertEqual(first.best["peer"], "eigen-hand")
        self.assertAlmostEqual(first.ratio(first.ours, first.floor), 1.1)
        self.assertIsNone(first.ratio(first.floor, first.floor))
        self.assertIsNone(second.ours)

    def test_takes_the_largest_for_the_best_where_more_is_better(self):
        only, = results.compare([row("a", 0.9, unit="fraction"), row("b", 0.95, unit="fraction")])
        self.assertEqual(only.best["peer"], "b")

    def test_looks_at_each_promise(self):
        limit = results.Limit("W3", "step_us h=30 B=32 adam", "MLP", of_floor=1.05, at_most=5.5, faster={"": 1, "libtorch": 50})
        comparison, = results.compare([row("sevenfold", 5.5), row("floor", 5.0), row("eigen-hand", 8.8), row("libtorch-cpp", 220.0)])
        verdicts = {what: kept for what, _, _, kept in limit.verdicts(comparison)}
        self.assertEqual(verdicts, {"": True, "of the floor": False, "times as fast as eigen-hand": True,
                                    "times as fast as libtorch-cpp": False})

    def test_says_nothing_of_promises_for_another_number_of_threads(self):
        limit = results.Limit("W3", "step_us h=30 B=32 adam", "MLP", at_most=5.5, threads=2)
        comparison, = results.compare([row("sevenfold", 5.0)])
        self.assertEqual(limit.verdicts(comparison), [])

    def test_every_promise_names_a_workload(self):
        for limit in results.LIMITS:
            self.assertIn(limit.workload, results.TITLES)


class Tables(unittest.TestCase):
    ROWS = [row("sevenfold", 5.0, loss_step10=0.15), row("floor", 4.0), row("dlib", 40.0), row("eigen-hand", 10.0)]

    def test_text_shows_ratios_to_the_floor_and_to_ours(self):
        lines = [" ".join(line.split()) for line in tables.text(self.ROWS).splitlines()]
        self.assertIn("sevenfold 5 us (4.5 to 5.5) 1.25 loss_step10 0.15", lines)
        self.assertIn("* eigen-hand 10 us (9 to 11) 2.50 2.00", lines)
        self.assertTrue(any(line.startswith("kept W3 MLP 1-30-30-1, batch 32 5 us") for line in lines))
        self.assertFalse(any("None" in line for line in lines))

    def test_markdown_has_a_line_for_each_metric_and_as_many_cells_in_each_row(self):
        text = tables.markdown(self.ROWS)
        self.assertIn("| W3 step_us h=30 B=32 adam, us | 5 (4.5 to 5.5) | 4 (3.6 to 4.4) | 1.25 | eigen-hand 10 | 2.00 |", text)
        table = []
        for line in text.splitlines() + [""]:
            if line.startswith("|"):
                table.append(line.count("|"))
            else:
                self.assertLessEqual(len(set(table)), 1)
                table = []

    def test_replaces_what_a_page_shows(self):
        page = "before\n" + tables.BEGIN + "old\n" + tables.END + "after\n"
        self.assertEqual(tables.put_into(page, "new\n"), "before\n" + tables.BEGIN + "new\n" + tables.END + "after\n")
        self.assertEqual(tables.put_into("", "new\n"), "new\n")


if __name__ == "__main__":
    unittest.main()
