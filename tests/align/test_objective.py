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


def test_loss_is_least_where_shapes_lie_on_their_captions():
    phrases = unit(50, 384)
    text = phrases[:8]
    scale = torch.tensor(30.0)
    right = alignment_loss(text, text, phrases, scale)
    assert right < alignment_loss(text.roll(1, dims=0), text, phrases, scale)
    assert right < alignment_loss(unit(8, 384, seed=2), text, phrases, scale)


def test_loss_does_not_depend_on_the_order_of_the_batch():
    phrases, shape = unit(20, 16), unit(6, 16, seed=3)
    scale, order = torch.tensor(10.0), torch.tensor([3, 1, 5, 0, 2, 4])
    torch.testing.assert_close(
        alignment_loss(shape, phrases[:6], phrases, scale),
        alignment_loss(shape[order], phrases[:6][order], phrases, scale),
    )
