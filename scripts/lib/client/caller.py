"""Calls that are tried again: the API takes the same ref only once, so that what is
sent twice is made once."""

from tenacity import (
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_delay,
    wait_exponential,
    wait_random,
)

from .errors import Denied, Unreachable

BATCH = 100


class Caller:
    """The methods of the API, over one of the transports.

    :param retry_for: seconds after which it gives up
    :param say: called with a text before each pause
    """

    def __init__(self, transport, retry_for, say):
        self.transport = transport
        self._say = say
        self._retrying = Retrying(
            retry=retry_if_exception_type(Unreachable) | retry_if_result(bool),
            wait=wait_exponential(multiplier=0.5, max=30) + wait_random(0, 0.5),
            stop=stop_after_delay(retry_for),
            before_sleep=self._say_why,
            retry_error_callback=_give_up,
        )

    def call(self, method, **arguments):
        """The answer of one call that changes nothing."""
        answers = []
        self._retrying(lambda: answers.append(self.transport.call(method, **arguments)))
        return answers[0]

    def take(self, method, name, items, batch=BATCH, **more):
        """Have up to ``batch`` items a call done; yield the results of each call.

        :param name: of the argument that the items are
        """
        for start in range(0, len(items), batch):
            yield self._take_batch(method, name, items[start : start + batch], more)

    def _take_batch(self, method, name, items, more):
        results = [None] * len(items)

        def attempt():
            """Send what has no answer yet; return if something still has none."""
            waiting = [i for i, result in enumerate(results) if is_open(result)]
            arguments = {name: [items[i] for i in waiting]}
            try:
                answers = self.transport.call(method, **arguments, **more)
            except Denied as denied:
                answers = [_refused("ACCESS_DENIED", denied.message) for _ in waiting]
            for i, answer in zip(waiting, answers, strict=True):
                results[i] = answer
            return any(map(is_open, results))

        self._retrying(attempt)
        return results

    def _say_why(self, state):
        error = state.outcome.exception()
        reason = error.message if error else "The server is busy with the same"
        self._say(f"{reason}; again in {state.next_action.sleep:.0f} s")


def _give_up(state):
    """Items that are still refused as busy keep that refusal."""
    error = state.outcome.exception()
    if error:
        raise Unreachable(
            f"{error.message}. Gave up after {state.attempt_number} tries. Run the "
            "same command again when the server is well: nothing is made twice."
        ) from error


def is_open(result):
    """Whether to ask again: never asked, or somebody was at work on the same."""
    return not result or any(
        error["code"] == "BUSY" for error in result.get("errors", [])
    )


def _refused(code, message):
    error = {"code": code, "path": "", "message": message, "details": {}}
    return {"ok": False, "errors": [error]}
