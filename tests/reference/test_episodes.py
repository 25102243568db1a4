"""Episodes: the laws of the contract, and the frequencies that uniform sampling must show."""

from __future__ import annotations

import doctest
from collections import Counter
from itertools import combinations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import episodes
from reference.episodes import class_positions, draw_episodes, eligible_classes, embed_episode, sample_episode
from tests.reference.strategies import generators


@st.composite
def tasks(draw: st.DrawFn) -> tuple[torch.Tensor, int, int, int]:
    """Labels of several classes with the way, shot and queries that they just allow, or a little less."""
    k_shot, n_query = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    classes = draw(st.lists(st.integers(-9, 99), min_size=1, max_size=6, unique=True))
    enough = [label for label in classes for _ in range(k_shot + n_query + draw(st.integers(0, 2)))]
    too_small = [100] * (k_shot + n_query - 1)
    labels = torch.tensor(draw(st.permutations(enough + too_small)))
    return labels, draw(st.integers(1, len(classes))), k_shot, n_query


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(episodes).failed == 0


@given(tasks(), generators())
def test_counts_classes_and_items_are_those_asked_for(
    task: tuple[torch.Tensor, int, int, int], generator: torch.Generator
) -> None:
    labels, n_way, k_shot, n_query = task
    support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
    assert support.dtype == query.dtype == torch.int64
    shots = Counter(labels[support].tolist())
    assert list(shots.values()) == [k_shot] * n_way
    assert Counter(labels[query].tolist()) == dict.fromkeys(shots, n_query)
    assert 100 not in shots
    items = support.tolist() + query.tolist()
    assert len(set(items)) == n_way * (k_shot + n_query)
    assert min(items) >= 0


@given(tasks(), generators())
def test_the_order_is_class_after_class_and_the_same_in_both(
    task: tuple[torch.Tensor, int, int, int], generator: torch.Generator
) -> None:
    labels, n_way, k_shot, n_query = task
    support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
    assert labels[support].reshape(n_way, k_shot).tolist() == [
        [label] * k_shot for label in labels[query].reshape(n_way, n_query)[:, 0].tolist()
    ]


@given(tasks(), generators())
def test_the_generator_is_the_only_randomness(
    task: tuple[torch.Tensor, int, int, int], generator: torch.Generator
) -> None:
    twin = generator.clone_state()
    state = torch.get_rng_state()
    first = sample_episode(*task, generator)
    torch.rand(3)
    changed = torch.get_rng_state()
    second = sample_episode(*task, twin)
    assert torch.equal(torch.cat(first), torch.cat(second))
    assert torch.equal(torch.get_rng_state(), changed)
    torch.set_rng_state(state)


def test_the_global_state_is_not_read() -> None:
    labels = torch.arange(4).repeat(5)
    episodes_seen = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        episodes_seen.append(sample_episode(labels, 2, 1, 2, torch.Generator().manual_seed(0))[1].tolist())
    assert episodes_seen[0] == episodes_seen[1]


def test_episodes_differ() -> None:
    labels, generator = torch.arange(10).repeat(6), torch.Generator().manual_seed(0)
    seen = {tuple(sample_episode(labels, 3, 2, 2, generator)[0].tolist()) for _ in range(50)}
    assert len(seen) == 50


@pytest.mark.parametrize(("n_way", "k_shot", "n_query"), [(3, 2, 1), (2, 2, 2), (1, 5, 1), (1, 1, 5)])
def test_too_few_large_classes_raise(n_way: int, k_shot: int, n_query: int) -> None:
    labels = torch.tensor([0] * 5 + [1] * 3 + [2] * 2)
    with pytest.raises(ValueError, match=rf"n_way is {n_way}, but only \d of the 3 classes have"):
        sample_episode(labels, n_way, k_shot, n_query, torch.Generator())


@pytest.mark.parametrize("name", ["n_way", "k_shot", "n_query"])
def test_each_count_is_at_least_one(name: str) -> None:
    counts = {"n_way": 1, "k_shot": 1, "n_query": 1} | {name: 0}
    with pytest.raises(ValueError, match=f"{name} is 0: pass an integer of at least 1"):
        sample_episode(torch.zeros(9).long(), **counts, generator=torch.Generator())


@pytest.mark.parametrize("labels", [torch.zeros(9), torch.zeros(3, 3).long(), torch.zeros(0).long()])
def test_labels_are_a_vector_of_integers(labels: torch.Tensor) -> None:
    with pytest.raises(ValueError, match=r"labels has (shape|dtype)"):
        sample_episode(labels, 1, 1, 1, torch.Generator())


def test_eligible_classes_by_hand() -> None:
    labels = torch.tensor([5, -2, 5, 8, -2, 5])
    assert [eligible_classes(labels, n).tolist() for n in (1, 2, 3, 4)] == [[-2, 5, 8], [-2, 5], [5], []]


def chi_square(observed: Counter[tuple[int, ...]], expected: float, n_cells: int) -> float:
    """Pearson's statistic of equal expected counts; cells never seen count too."""
    counts = list(observed.values()) + [0] * (n_cells - len(observed))
    return sum((count - expected) ** 2 / expected for count in counts)


def test_pairs_of_classes_are_uniform() -> None:
    """1,500 episodes over C(5, 2) = 10 pairs: exceeds 45 once in a million (9 degrees of freedom)."""
    labels, generator = torch.tensor([0] * 9 + [1, 2, 3, 4] * 2), torch.Generator().manual_seed(1)
    pairs: Counter[tuple[int, ...]] = Counter()
    for _ in range(1500):
        support, _ = sample_episode(labels, 2, 1, 1, generator)
        pairs[tuple(sorted(labels[support].tolist()))] += 1
    assert set(pairs) <= set(combinations(range(5), 2))
    assert chi_square(pairs, 1500 / 10, 10) < 45


def test_pairs_of_support_and_query_items_are_uniform() -> None:
    """One class of 4 items, 1 shot, 1 query: 12 ordered pairs; exceeds 49 once in a million (11 degrees)."""
    labels, generator = torch.zeros(4).long(), torch.Generator().manual_seed(1)
    pairs: Counter[tuple[int, ...]] = Counter()
    for _ in range(1500):
        support, query = sample_episode(labels, 1, 1, 1, generator)
        pairs[int(support), int(query)] += 1
    assert chi_square(pairs, 1500 / 12, 12) < 49


def test_ranks_of_items_are_independent_across_classes() -> None:
    """Two classes of 3 items: 9 pairs of support items; exceeds 43 once in a million (8 degrees)."""
    labels, generator = torch.tensor([0, 0, 0, 1, 1, 1]), torch.Generator().manual_seed(1)
    pairs: Counter[tuple[int, ...]] = Counter()
    for _ in range(1500):
        support, _ = sample_episode(labels, 2, 1, 1, generator)
        pairs[tuple(sorted(support.tolist()))] += 1
    assert chi_square(pairs, 1500 / 9, 9) < 43


def test_drawn_episodes_are_the_sampled_items() -> None:
    labels, generator = torch.tensor([3, 3, 3, 8, 8, 8, 1, 1]), torch.Generator().manual_seed(5)
    images = torch.arange(8.0).reshape(8, 1)
    twin = generator.clone_state()
    counts = {"n_way": 2, "k_shot": 1, "n_query": 2}
    drawn = list(draw_episodes(images, labels, **counts, n_episodes=3, device="cpu", generator=generator))
    assert len(drawn) == 3
    for support_x, support_y, query_x, query_y in drawn:
        support, query = sample_episode(labels, **counts, generator=twin)
        assert support_x.flatten().long().equal(support)
        assert query_x.flatten().long().equal(query)
        assert support_y.equal(labels[support])
        assert query_y.equal(labels[query])


def test_episodes_are_embedded_as_one_batch() -> None:
    batches = []

    def embed(x: torch.Tensor) -> torch.Tensor:
        batches.append(len(x))
        return 2 * x

    support, queries = embed_episode(
        embed, torch.ones(2, 3), torch.arange(2), torch.zeros(4, 3), torch.ones(4).long()
    )
    assert batches == [6]
    assert support.equal(2 * torch.ones(2, 3))
    assert queries.equal(torch.zeros(4, 3))


@given(st.lists(st.integers(-9, 9), min_size=1, unique=True), st.data())
def test_positions_invert_indexing(values: list[int], data: st.DataObject) -> None:
    classes = torch.tensor(sorted(values))
    positions = torch.tensor(data.draw(st.lists(st.integers(0, len(classes) - 1), min_size=1)))
    assert class_positions(classes[positions], classes).equal(positions)


@pytest.mark.parametrize("label", [-5, 1, 99])
def test_labels_without_a_class_are_named(label: int) -> None:
    message = rf"query label {label} is not among the labels of the support set, \[0, 3\]"
    with pytest.raises(ValueError, match=message):
        class_positions(torch.tensor([3, label]), torch.tensor([0, 3]))
