"""Formulas in plain text become HTML, and prose around them stays prose."""

from __future__ import annotations

import re
from unicodedata import normalize

import pytest

from docs._generate.mathematics import formula, sentence


def marked(html: str) -> str:
    """The same with [index] for an index and {exponent} for an exponent, and without the italics of letters."""
    for tag, brackets in (("sub", "[]"), ("sup", "{}")):
        html = html.replace(f"<{tag}>", brackets[0]).replace(f"</{tag}>", brackets[1])
    return normalize("NFD", re.sub("</?i>", "", html))


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("c_k = 1 / |S_k| sum_{i in S_k} f(x_i)", "c[k] = 1 / |S[k]| ∑[i ∈ S[k]] f(x[i])"),
        ("z_(t+k)' W_k c_t", "z[t+k]′ W[k] c[t]"),
        ("g_theta_s(x')", "g[θ[s]](x′)"),
        ("L_T(f_theta')", "L[T](f[θ′])"),
        ("x^ ~ q(x^ given x)", "x̂ ∼ q(x̂ ∣ x)"),
        ("u^_(b,k), theta~", "û[b,k], θ̃"),
        ("p_i^(1/T) / sum_j p_j^(1/T)", "p[i]{1/T} / ∑[j] p[j]{1/T}"),
        ("theta'_t <- alpha theta'_(t-1)", "θ′[t] ← α θ′[t−1]"),
        ("-<e_i, log f(T x_i)>", "−⟨e[i], log f(T x[i])⟩"),
        ("W2 relu(W1 h_i)", "W[2] relu(W[1] h[i])"),
        ("1(max q >= tau)", "1(max q ≥ τ)"),
        ("q + 1e-6", "q + 1e−6"),
        ("r_vadv = epsilon d", "r[vadv] = ε d"),
        ("x_1^g", "x[1]{g}"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("x_(unclosed", "x[unclosed]"),
    ],
)
def test_a_formula_is_read(plain: str, shown: str) -> None:
    assert marked(formula(plain)) == normalize("NFD", shown)


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        (
            "The paper's model is T5; a sum, a low-rank one.",
            "The paper's model is T5; a sum, a low-rank one.",
        ),
        ("with C = 1 / (lambda n)", "with C = 1 / (λ n)"),
        ("n_steps of `lr_x` and x_i", "<code>n_steps</code> of <code>lr_x</code> and x[i]"),
        ("A starts random, as in f(A) and A_1", "A starts random, as in f(A) and A[1]"),
        ("y' is the class", "y′ is the class"),
    ],
)
def test_a_sentence_stays_a_sentence(plain: str, shown: str) -> None:
    assert marked(sentence(plain, {"n_steps"})) == normalize("NFD", shown)
