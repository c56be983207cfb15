"""The keywords of robotframework-requests that the suite uses, over requests itself."""

from __future__ import annotations

from typing import Any

import requests


class RequestsLibrary:
    """``expected_status=any``, which the suite always says, asks for no judgement; so none is given."""

    ROBOT_LIBRARY_SCOPE = "GLOBAL"

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def get(self, url: str, params: Any = None, expected_status: Any = None, **more: Any) -> requests.Response:
        return self._asked("GET", url, params=params, **more)

    def post(self, url: str, data: Any = None, json: Any = None, expected_status: Any = None, **more: Any) -> Any:
        return self._asked("POST", url, data=data, json=json, **more)

    def put(self, url: str, data: Any = None, json: Any = None, expected_status: Any = None, **more: Any) -> Any:
        return self._asked("PUT", url, data=data, json=json, **more)

    def patch(self, url: str, data: Any = None, json: Any = None, expected_status: Any = None, **more: Any) -> Any:
        return self._asked("PATCH", url, data=data, json=json, **more)

    def delete(self, url: str, expected_status: Any = None, **more: Any) -> requests.Response:
        return self._asked("DELETE", url, **more)

    def _asked(self, method: str, url: str, **more: Any) -> requests.Response:
        return self._session.request(method, url, timeout=30, **{k: v for k, v in more.items() if k != "msg"})
