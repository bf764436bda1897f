"""The soak of the server, short: see tests/front/soak.py."""

from pathlib import Path

import pytest

from tests.front.soak import soak

ROOT = Path(__file__).parents[2]


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_server_shows_what_a_fresh_run_finds(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    before, after = await soak(tmp_path, 120, seed)
    assert after < before + 150_000
