"""Puts the stand-ins in front of what the suite's own base class defines for Azure."""

import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "live_test_only: the suite's own mark; every run here is live")


def pytest_collection_modifyitems(items):
    from devtools_testutils import AzureRecordedTestCase
    from testcase import DocumentTranslationTest

    for name in ("storage_endpoint", "get_storage_credential", "container_url", "wait"):
        setattr(DocumentTranslationTest, name, getattr(AzureRecordedTestCase, name))
    for item in items:
        item.add_marker(pytest.mark.timeout(120))
