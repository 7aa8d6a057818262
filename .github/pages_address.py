"""Prints where this repository's Pages are published, as GitHub says it; nothing where Pages are not switched on."""

import json
import os
import urllib.error
import urllib.request


def address(environment=os.environ, open=urllib.request.urlopen) -> str:
    """The published address, or "" if there is none. Raises on any other answer, rather than build wrong addresses."""
    request = urllib.request.Request(
        f"{environment['GITHUB_API_URL']}/repos/{environment['GITHUB_REPOSITORY']}/pages",
        headers={"Authorization": f"Bearer {environment['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"},
    )
    try:
        with open(request, timeout=30) as answer:
            return json.load(answer)["html_url"]
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return ""
        raise


if __name__ == "__main__":
    print(address())
