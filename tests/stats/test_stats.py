import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats as scipy_stats

from archscout import stats
from archscout.errors import SettingsError

small = st.integers(-5, 5).map(float)  # few different numbers, so that ties are common
pairs = st.integers(2, 30).flatmap(lambda n: st.tuples(*(arrays(float, n, elements=small),) * 2))
quick = settings(max_examples=60)


def rng(seed=0):
    return np.random.default_rng(seed)


class TestRanks:
    @quick
    @given(pairs)
    def test_agree_with_scipy_or_are_nan_for_constants(self, pair):
        a, b = pair
        constant = len(set(a)) == 1 or len(set(b)) == 1
        for ours, theirs in (
            (stats.kendall_tau, scipy_stats.kendalltau),
            (stats.spearman, scipy_stats.spearmanr),
        ):
            if constant:
                assert math.isnan(ours(a, b))
            else:
                assert ours(a, b) == pytest.approx(theirs(a, b).statistic)

    @quick
    @given(pairs)
    def test_sign_is_kept(self, pair):
        a, b = pair
        if len(set(a)) > 1 and len(set(b)) > 1:
            assert stats.kendall_tau(-a, b) == pytest.approx(-stats.kendall_tau(a, b))

    def test_top_looks_at_the_truly_best_only(self):
        true = np.arange(100.0)
        predicted = true.copy()
        predicted[90:] = predicted[90:][::-1]
        assert stats.kendall_tau_top(predicted, true, 0.1) == pytest.approx(-1.0)
        assert stats.kendall_tau_top(true, true, 1.0) == 1.0
        assert stats.kendall_tau(predicted, true) > 0.9

    @quick
    @given(pairs, st.data())
    def test_recall_is_the_mean_over_random_orders_of_ties(self, pair, data):
        a, b = (x[:6] for x in pair)
        k = data.draw(st.integers(1, len(a)))
        jitter = rng().random((2, 400, len(a))) * 1e-3
        best = [np.argsort(-(x + j), axis=1)[:, :k] for x, j in zip((a, b), jitter, strict=True)]
        hits = np.mean([len(set(p) & set(q)) / k for p, q in zip(*best, strict=True)])
        assert stats.top_k_recall(a, b, k) == pytest.approx(hits, abs=0.12)

    @pytest.mark.slow
    @quick
    @given(pairs)
    def test_pairwise_accuracy_counts_pairs_of_different_values(self, pair):
        a, b = pair
        points = [
            0.5 if a[i] == a[j] else float((a[i] > a[j]) == (b[i] > b[j]))
            for i, j in itertools.combinations(range(len(a)), 2)
            if b[i] != b[j]
        ]
        if points:
            assert stats.pairwise_accuracy(a, b) == pytest.approx(np.mean(points))
        else:
            assert math.isnan(stats.pairwise_accuracy(a, b))

    def test_pairwise_accuracy_of_many(self):
        true = rng().normal(size=30_000)
        assert stats.pairwise_accuracy(true, true) == 1.0
        assert stats.pairwise_accuracy(-true, true) == 0.0
        assert stats.pairwise_accuracy(np.zeros(len(true)), true) == 0.5

    def test_recall_of_a_constant_predictor_is_chance(self):
        assert stats.top_k_recall(np.zeros(50), np.arange(50), 10) == pytest.approx(0.2)

    @pytest.mark.parametrize(
        "function",
        [stats.kendall_tau, stats.spearman, stats.kendall_tau_top, stats.pairwise_accuracy],
    )
    def test_bad_input(self, function):
        with pytest.raises(SettingsError, match="as many"):
            function([1, 2, 3], [1, 2])
        with pytest.raises(SettingsError, match="NaN"):
            function([1, 2, math.nan], [1, 2, 3])
        with pytest.raises(SettingsError, match="at least 2"):
            function([1], [1])

    def test_regret_is_never_negative_in_either_direction(self):
        assert stats.regret([1.0, 3.0], 3.0).tolist() == [2.0, 0.0]
        assert stats.regret([1.0, 3.0], 1.0, "minimize").tolist() == [0.0, 2.0]


class TestBootstrap:
    @quick
    @given(
        arrays(float, st.integers(2, 25), elements=st.floats(-1e6, 1e6)),
        st.sampled_from([np.mean, np.median, np.max]),
    )
    def test_interval_is_ordered_and_within_the_data(self, values, statistic):
        low, high = stats.bootstrap_interval(values, rng(), statistic, samples=300)
        assert values.min() <= low <= high <= values.max()

    @pytest.mark.parametrize("statistic", [np.mean, np.median])
    def test_agrees_with_scipy(self, statistic):
        values = rng(3).gamma(2.0, size=25)
        low, high = stats.bootstrap_interval(values, rng(), statistic)
        theirs = scipy_stats.bootstrap(
            (values,), statistic, method="percentile", n_resamples=10_000, rng=rng(1)
        ).confidence_interval
        assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.05)

    def test_fast_mean_equals_the_general_way(self):
        curves = rng(1).normal(size=(12, 7))
        fast = stats.bootstrap_bands(curves, rng(5), np.mean, samples=500)
        slow = stats.bootstrap_bands(curves, rng(5), np.average, samples=500)
        np.testing.assert_allclose(fast, slow, atol=1e-12)

    def test_covers_the_true_mean_about_as_often_as_it_says(self):
        generator = rng(7)
        inside = 0
        for _ in range(300):
            low, high = stats.bootstrap_interval(generator.normal(size=30), generator, samples=400)
            inside += low <= 0 <= high
        assert 0.88 <= inside / 300 <= 0.985

    def test_same_generator_same_interval_and_level_widens(self):
        values = rng(2).normal(size=20)
        narrow = stats.bootstrap_interval(values, rng(), level=0.5)
        wide = stats.bootstrap_interval(values, rng(), level=0.99)
        assert stats.bootstrap_interval(values, rng(), level=0.5) == narrow
        assert wide[0] < narrow[0] < narrow[1] < wide[1]

    def test_one_seed_has_no_interval(self):
        assert all(map(math.isnan, stats.bootstrap_interval([1.0], rng())))

    def test_bad_input(self):
        for bad in ({"level": 1.0}, {"level": 0.0}, {"samples": 10}):
            with pytest.raises(SettingsError):
                stats.bootstrap_interval([1.0, 2.0], rng(), **bad)
        with pytest.raises(SettingsError):
            stats.bootstrap_interval([], rng())
        with pytest.raises(SettingsError, match="NaN"):
            stats.bootstrap_interval([1.0, math.nan], rng())


class TestRankTest:
    @settings(max_examples=12)
    @given(st.integers(2, 4).flatmap(lambda n: st.tuples(*(arrays(float, n, elements=small),) * 2)))
    def test_p_value_counts_every_order(self, pair):
        one, other = pair
        test = stats.tau_test(one, other, rng())
        if len(set(one)) == 1 or len(set(other)) == 1:
            assert math.isnan(test.p_value)
            assert test.least == 1.0
            return
        taus = [abs(stats.kendall_tau(one, order)) for order in itertools.permutations(other)]
        observed = abs(stats.kendall_tau(one, other))
        assert test.p_value == pytest.approx(np.mean(np.array(taus) > observed - 1e-9))
        assert test.least == pytest.approx(np.mean(np.array(taus) > max(taus) - 1e-9))

    @pytest.mark.parametrize(("count", "shows"), [(3, False), (4, False), (5, True), (12, True)])
    def test_only_enough_values_can_show_an_order(self, count, shows):
        perfect = stats.tau_test(range(count), range(count), rng())
        assert (perfect.p_value <= 0.05) == shows == (count >= stats.fewest_for_tau(0.05))
        assert perfect.p_value == perfect.least

    def test_many_are_sampled_as_scipy_counts_them(self):
        true, scores = np.arange(10), np.array([1, 0, 4, 2, 3, 8, 5, 9, 7, 6])
        expected = scipy_stats.kendalltau(true, scores, method="exact").pvalue
        assert stats.tau_test(scores, true, rng()).p_value == pytest.approx(expected, abs=0.005)


class TestPaired:
    @quick
    @given(arrays(float, st.integers(1, 9), elements=small))
    def test_p_value_counts_every_sign_pattern(self, differences):
        observed = abs(differences.sum())
        patterns = itertools.product([1, -1], repeat=len(differences))
        sums = [abs(np.dot(signs, differences)) for signs in patterns]
        expected = np.mean([total >= observed - 1e-9 for total in sums])
        assert stats.sign_flip_p_value(differences, rng()) == pytest.approx(expected)

    @quick
    @given(st.lists(st.integers(-3, 3), min_size=2, max_size=14))
    def test_p_value_does_not_hang_on_rounding(self, whole):
        tenths = np.array(whole) * 0.1
        expected = stats.sign_flip_p_value(whole, rng())
        assert stats.sign_flip_p_value(tenths, rng()) == expected

    def test_p_value_agrees_with_scipy(self):
        differences = rng(4).normal(0.4, 1, size=11)
        theirs = scipy_stats.permutation_test(
            (differences,), np.mean, permutation_type="samples", n_resamples=np.inf
        )
        ours = stats.sign_flip_p_value(differences, rng())
        assert ours == pytest.approx(theirs.pvalue)

    def test_exact_and_sampled_agree(self):
        differences = rng(9).normal(0.3, 1, size=37)
        sampled = stats.sign_flip_p_value(differences, rng())
        nearly_the_same = stats.sign_flip_p_value(np.append(differences[:36], 0.0), rng())
        shortened = stats.sign_flip_p_value(np.append(differences[:36], 1e-9), rng())
        assert shortened == pytest.approx(nearly_the_same, abs=0.01)
        assert 0 < sampled < 1

    def test_twenty_wins_of_twenty(self):
        result = stats.paired_difference(np.arange(20) + 1.5, np.arange(20), rng())
        assert result.p_value == pytest.approx(2 / 2**20)
        assert (result.wins, result.losses, result.ties, result.n) == (20, 0, 0, 20)
        assert result.low == result.high == result.mean == 1.5

    def test_turns_round_with_its_arguments(self):
        a, b = rng(1).normal(size=(2, 15))
        one, other = stats.paired_difference(a, b, rng()), stats.paired_difference(b, a, rng())
        assert one.mean == -other.mean
        assert one.p_value == pytest.approx(other.p_value)
        assert (one.wins, one.losses) == (other.losses, other.wins)
        assert one.low <= one.mean <= one.high

    def test_equal_values_are_ties_with_p_one(self):
        result = stats.paired_difference([1.0, 2.0], [1.0, 2.0], rng())
        assert (result.ties, result.p_value, result.mean) == (2, 1.0, 0.0)

    def test_a_tie_is_neither_a_win_nor_a_loss(self):
        result = stats.paired_difference(
            [3.0, 1.0, 2.0, 2.0, 5.0], [2.0, 2.0, 2.0, 2.0, 4.0], rng()
        )
        assert (result.wins, result.losses, result.ties, result.n) == (2, 1, 2, 5)
        assert (result.mean, result.median) == (0.2, 0.0)

    def test_a_lasting_sign_gives_the_least_p_value(self):
        for unequal in range(1, 12):
            least = stats.sign_flip_p_value(np.arange(1, unequal + 1), rng())
            assert stats.least_sign_flip_p_value(unequal) == least
        assert stats.least_sign_flip_p_value(0) == 1.0

    def test_false_alarms_are_as_rare_as_stated(self):
        generator = rng(11)
        p_values = [
            stats.sign_flip_p_value(generator.normal(size=12), generator) for _ in range(400)
        ]
        assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.03)

    @quick
    @given(arrays(float, st.integers(1, 12), elements=st.floats(0, 1)))
    def test_holm_raises_keeps_order_and_stays_a_probability(self, p_values):
        corrected = stats.holm_correction(p_values)
        assert (corrected >= p_values).all()
        assert (corrected <= np.minimum(1, p_values * len(p_values)) + 1e-12).all()
        order = np.argsort(p_values, kind="stable")
        assert (np.diff(corrected[order]) >= 0).all()
        assert corrected[order[0]] == pytest.approx(min(1, p_values.min() * len(p_values)))

    def test_holm_example_by_hand(self):
        got = stats.holm_correction([0.011, math.nan, 0.02, 0.9, 0.012])
        np.testing.assert_allclose(got, [0.044, math.nan, 0.044, 0.9, 0.044])
        with pytest.raises(SettingsError):
            stats.holm_correction([1.5])


class TestCurves:
    @quick
    @given(arrays(float, st.integers(0, 20), elements=st.one_of(small, st.just(math.nan))))
    def test_anytime_and_incumbents_against_a_loop(self, values):
        best, place, curve, places = math.nan, -1, [], []
        for i, value in enumerate(values):
            if not math.isnan(value) and not best >= value:
                best, place = value, i
            curve.append(best)
            places.append(place)
        np.testing.assert_array_equal(stats.anytime(values), curve)
        np.testing.assert_array_equal(stats.incumbents(values), places)

    def test_anytime_takes_a_matrix(self):
        got = stats.anytime([[1.0, 0.0, 2.0], [math.nan, 5.0, math.nan]])
        np.testing.assert_array_equal(got, [[1.0, 1.0, 2.0], [math.nan, 5.0, 5.0]])

    def test_labels_to_reach_counts_from_one_and_equal_is_reached(self):
        assert stats.labels_to_reach([5.0], 5.0) == 1
        assert stats.labels_to_reach([math.nan, 1.0, 5.0, 7.0], 5.0) == 3
        assert stats.labels_to_reach([math.nan], 5.0) is None
        assert stats.labels_to_reach([], 5.0) is None

    def test_censored_seeds_make_a_lower_bound(self):
        summary = stats.reach_summary([100, None, 301], budget=300, rng=rng())
        assert summary.mean == pytest.approx((100 + 301 + 301) / 3)
        assert (summary.reached, summary.n, summary.lower_bound) == (1, 3, True)
        assert str(summary).startswith("> 234 [")
        assert str(summary).endswith("(1 of 3)")
        assert str(stats.reach_summary([None, None], 50, rng())) == "> 50 (0 of 2)"

    def test_uncensored_is_stated_plainly(self):
        summary = stats.reach_summary([10, 30], budget=50, rng=rng())
        assert not summary.lower_bound
        assert str(summary) == "20 [10, 30]"
        assert str(stats.reach_summary([10], 50, rng())) == "10"


class TestNoise:
    def test_ceiling_of_known_noise(self):
        generator = rng(5)
        truth = generator.normal(0, 10, 2000)
        runs = truth[:, None] + generator.normal(0, 1, (2000, 3))
        ceiling = stats.noise_ceiling(runs)
        expected = scipy_stats.kendalltau(runs[:, 0], runs[:, 1]).statistic
        assert ceiling.kendall_tau == pytest.approx(expected, abs=0.01)
        assert 0.7 < ceiling.run_std < 1.0
        assert ceiling.runs == 3

    def test_missing_runs_are_left_out(self):
        runs = np.array([[1.0, 2.0, np.nan], [3.0, np.nan, np.nan], [2.0, 4.0, np.nan]])
        ceiling = stats.noise_ceiling(runs)
        assert (ceiling.kendall_tau, ceiling.runs) == (1.0, 2)
        assert ceiling.run_std == pytest.approx(np.median([0.5, 1.0]) * math.sqrt(2))

    def test_one_run_has_no_ceiling(self):
        ceiling = stats.noise_ceiling([[1.0], [2.0]])
        assert math.isnan(ceiling.kendall_tau)
        assert math.isnan(ceiling.run_std)

    def test_lucky_runs_lead_astray(self):
        runs = np.array([[10.0, 0.0, np.nan], [5.0, 5.0, 5.0], [np.nan, 4.0, 4.0]])
        got = stats.best_of_one_run_each(runs, [1.0, 2.0, 3.0], rng(), samples=2000)
        assert set(got) == {1.0, 2.0}
        assert np.mean(got == 1.0) == pytest.approx(0.5, abs=0.05)
        with pytest.raises(SettingsError, match="without any"):
            stats.best_of_one_run_each([[np.nan]], [1.0], rng())
