"""Train linear models for the rare 8s by any loss, on many splits at once."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lossbook.deciding.rare import PENALTIES, Rare, logits

#: ``loss(z, y)``: logits (..., N) and 0.0 or 1.0 (..., N) to one number for each row, (...).
YesNoLoss = Callable[[Tensor, Tensor], Tensor]


def train_all(data: Rare, loss: YesNoLoss, steps: int = 40) -> Tensor:
    """Minimise ``loss`` plus a penalty on the squared weights on each split by L-BFGS from 0; return weights (S, 65).

    ``loss`` maps logits and labels (..., N) to (...). The bias has no penalty. Of two penalties each split takes the
    one whose model has the lower ``loss`` on the second part. All splits and penalties are one problem for the search,
    in coordinates in which the pixels of each split are uncorrelated: it converges several times faster there.
    """
    penalties = torch.tensor(PENALTIES, dtype=data.x_train.dtype)[:, None]
    spread = data.x_train.mT @ data.x_train / data.x_train.shape[1]
    spread = spread + 0.01 * torch.eye(spread.shape[-1], dtype=spread.dtype)
    back = torch.linalg.inv(torch.linalg.cholesky(spread)).mT
    x = data.x_train @ back
    y, y_choose = (labels.expand(len(penalties), -1, -1) for labels in (data.y_train, data.y_choose))
    v = torch.zeros(len(penalties), len(x), x.shape[-1], dtype=x.dtype, requires_grad=True)
    search = torch.optim.LBFGS([v], max_iter=steps, history_size=20, line_search_fn="strong_wolfe")

    def total() -> Tensor:
        search.zero_grad()
        value = (loss(logits(x, v), y) + penalties * (logits(back, v)[..., :-1] ** 2).sum(-1)).sum()
        value.backward()
        return value

    search.step(total)
    w = logits(back, v.detach())
    chosen = loss(logits(data.x_choose, w), y_choose).argmin(0)
    return w[chosen, torch.arange(len(x))]
