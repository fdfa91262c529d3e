"""Stands in for the SDK repository's own test tools, which are not published: live mode, a key, and Azurite.

The official suite names its storage by account and signs in with Entra ID. Here it talks to Azurite with the well-known
development account, and containers are handed to the server as SAS URLs. Nothing of the suite itself is changed.
"""

import functools
import inspect
import os
from datetime import datetime, timedelta, timezone

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.storage.blob import ContainerSasPermissions, generate_container_sas

ENDPOINT = os.environ["TERJUMAN_ENDPOINT"]
KEY = os.environ.get("TERJUMAN_KEY", "terjuman-dev-key")
BLOBS = os.environ["AZURITE_BLOBS"]  # http://127.0.0.1:PORT/devstoreaccount1
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def is_live():
    return True


def get_credential(**_):
    return AzureKeyCredential(KEY)


@pytest.fixture(scope="session")
def test_proxy():
    """Nothing is recorded."""


def _nothing(*_args, **_kwargs):
    return None


add_remove_header_sanitizer = add_general_regex_sanitizer = add_oauth_response_sanitizer = _nothing
remove_batch_sanitizers = set_custom_default_matcher = _nothing


class AzureRecordedTestCase:
    is_live = True

    def get_credential(self, *_args, **_kwargs):
        return get_credential()

    def get_storage_credential(self):
        return ACCOUNT_KEY

    @property
    def storage_endpoint(self):
        return BLOBS

    def container_url(self, container_name):
        sas = generate_container_sas(
            ACCOUNT,
            container_name,
            account_key=ACCOUNT_KEY,
            permission=ContainerSasPermissions(read=True, list=True, write=True, create=True),
            expiry=datetime.now(timezone.utc) + timedelta(hours=1),
        )
        return f"{BLOBS}/{container_name}?{sas}"

    def wait(self, duration=30):
        """The suite waits for a cloud to settle; one machine has nothing to settle."""


class AzureMgmtPreparer:
    """Calls the test with what `create_resource` adds to its keyword arguments."""

    is_live = True

    def __init__(self, **_):
        pass

    def __call__(self, test):
        def arguments(kwargs):
            return {**kwargs, **(self.create_resource("", **kwargs) or {})}

        return _wrap(test, arguments)


def PowerShellPreparer(_name, **_defaults):
    return lambda test: _wrap(test, lambda kwargs: {**kwargs, "document_translation_endpoint": ENDPOINT})


def _wrap(test, arguments):
    """Keeps a coroutine a coroutine, and hides the arguments from pytest, which would look for fixtures."""
    if inspect.iscoroutinefunction(test):

        async def run(self, **kwargs):
            return await test(self, **arguments(kwargs))

    else:

        def run(self, **kwargs):
            return test(self, **arguments(kwargs))

    functools.update_wrapper(run, test)
    del run.__wrapped__
    run.__signature__ = inspect.Signature([inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)])
    return run


def recorded_by_proxy(test):
    return test
