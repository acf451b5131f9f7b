import torch
from torch.nn.functional import normalize

from indexer.align.objective import alignment_loss, soft_targets


def unit(*shape, seed=0):
    return normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def test_soft_targets_favour_the_text_itself_and_spread_over_its_synonyms():
    text = unit(4, 384)
    synonym = normalize(text[:1] + 0.1 * unit(1, 384, seed=1), dim=-1)
    targets = soft_targets(text, torch.cat([text, synonym]), sharpness=30.0)
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(4))
    assert targets[0].argsort(descending=True)[:2].tolist() == [0, 4]
    assert targets[1:].argmax(dim=1).tolist() == [1, 2, 3]


def test_loss_is_zero_where_vectors_lie_on_their_captions_and_more_elsewhere():
    phrases = unit(50, 384)
    text = phrases[:8]
    assert abs(alignment_loss(text, text, phrases)) < 1e-5
    assert alignment_loss(text.roll(1, dims=0), text, phrases) > 1
    assert alignment_loss(unit(8, 384, seed=2), text, phrases) > 1


def test_loss_does_not_depend_on_the_order_of_the_batch():
    phrases, shape = unit(20, 16), unit(6, 16, seed=3)
    order = torch.tensor([3, 1, 5, 0, 2, 4])
    torch.testing.assert_close(
        alignment_loss(shape, phrases[:6], phrases, scale=10.0),
        alignment_loss(shape[order], phrases[:6][order], phrases, scale=10.0),
    )


def test_the_loss_among_examples_draws_like_captions_together():
    text = unit(2, 16).repeat_interleave(2, dim=0)
    pairs, mixed = unit(2, 16, seed=5).repeat_interleave(2, dim=0), unit(2, 16, seed=5).repeat(2, 1)
    extra = [
        alignment_loss(vectors, text, text, among=1.0) - alignment_loss(vectors, text, text, among=0.0)
        for vectors in (pairs, mixed)
    ]
    assert extra[0] < extra[1]


def test_a_batch_of_one_has_no_others():
    text = unit(1, 16)
    assert alignment_loss(text, text, unit(5, 16), among=1.0).isfinite()
