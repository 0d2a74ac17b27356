"""Who waits for news is told at once, also of what another process wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from models.basics.errors import StorageError
from server.heads import Heads


def test_a_push_here_wakes_the_waiting_of_its_tenant() -> None:
    async def story() -> None:
        heads = Heads(None)
        first, other = asyncio.create_task(heads.wait("a", 4, 60)), asyncio.create_task(heads.wait("b", 4, 0.01))
        await asyncio.sleep(0)
        assert heads.waiting == 2
        assert heads.moved("a", 5)
        assert await first == 5
        assert await other == 4  # its time was up
        assert heads.waiting == 0
        assert await heads.wait("a", 4, 60) == 5  # known already

    asyncio.run(story())


def test_others_hear_of_a_push_before_the_desk_that_made_it() -> None:
    async def story() -> None:
        heads = Heads(None)
        order: list[str] = []

        async def wait(desk: str) -> None:
            assert await heads.wait("a", 4, 60, desk) == 5
            order.append(desk)

        waiting = [asyncio.create_task(wait(desk)) for desk in ("front", "second", "third")]
        await asyncio.sleep(0)
        assert heads.moved("a", 5, "front")
        await asyncio.gather(*waiting)
        assert order[-1] == "front"
        alone = asyncio.create_task(heads.wait("a", 5, 60, "front"))
        await asyncio.sleep(0)
        assert not heads.moved("a", 6, "front")  # nobody else is there to be told first
        assert await alone == 6

    asyncio.run(story())


def test_another_process_is_seen_by_asking() -> None:
    asked: list[tuple[str, ...]] = []

    async def ask(tenants: Iterable[str]) -> dict[str, int]:
        asked.append(tuple(tenants))
        if len(asked) == 1:
            raise StorageError("store.hub_database_away")
        return {"a": 9}

    async def story() -> None:
        heads = Heads(ask)
        assert await heads.wait("a", 8, 60) == 9
        assert heads._poll is not None
        await asyncio.wait_for(heads._poll, 5)  # nobody waits: nobody asks

    asyncio.run(story())
    assert asked[0] == ("a",)


def test_a_head_that_is_only_now_known_is_no_news() -> None:
    answers = iter([5, 5, 6])

    async def ask(_tenants: Iterable[str]) -> dict[str, int]:
        return {"a": next(answers)}

    async def story() -> None:
        assert await Heads(ask).wait("a", 5, 60) == 6

    asyncio.run(story())


def test_closing_lets_everybody_go() -> None:
    async def story() -> None:
        heads = Heads(None)
        waiting = [asyncio.create_task(heads.wait("a", 4, 60)) for _ in range(3)]
        await asyncio.sleep(0)
        heads.close()
        assert await asyncio.gather(*waiting) == [4, 4, 4]
        assert await heads.wait("a", 4, 60) == 4

    asyncio.run(story())
