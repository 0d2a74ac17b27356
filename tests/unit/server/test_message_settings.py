"""What the hub sends messages with: out of its environment, checked before anything starts, and shown nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.basics.errors import RuleBroken
from server.message_settings import FILE, MailSettings, MessageSettings, message_settings, usable_settings

MAIL = {"COPAYDESK_SMTP_HOST": "mail.alder.test", "COPAYDESK_SMTP_FROM": "receipts@alder.test",
        "COPAYDESK_SMTP_USER": "clinic", "COPAYDESK_SMTP_PASSWORD": "tide-lamp-42"}  # fmt: skip
TEXT = {"COPAYDESK_TEXT_URL": "https://api.provider.test/2010/Messages.json", "COPAYDESK_TEXT_FROM": "+15550100000",
        "COPAYDESK_TEXT_TOKEN": "tok-4f1e9a77c2"}  # fmt: skip


def test_s0_40_nothing_set_is_nothing_to_send_with(tmp_path: Path) -> None:
    found = message_settings(tmp_path, {})
    assert (found.mail, found.text) == (None, None)


def test_s0_40_mail_is_private_unless_it_stays_on_this_machine(tmp_path: Path) -> None:
    assert message_settings(tmp_path, MAIL).mail == MailSettings(
        "mail.alder.test", 587, "starttls", "receipts@alder.test", "clinic", "tide-lamp-42"
    )
    mail = message_settings(tmp_path, MAIL | {"COPAYDESK_SMTP_SECURITY": "TLS"}).mail
    assert mail is not None
    assert mail.port == 465
    local = {"COPAYDESK_SMTP_HOST": "127.0.0.1", "COPAYDESK_SMTP_SECURITY": "none"}
    assert message_settings(tmp_path, MAIL | local).mail is not None


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [({"COPAYDESK_SMTP_SECURITY": "none"}, "COPAYDESK_SMTP_SECURITY"),
     ({"COPAYDESK_SMTP_SECURITY": "ssl3"}, "COPAYDESK_SMTP_SECURITY"),
     ({"COPAYDESK_SMTP_PORT": "99999"}, "COPAYDESK_SMTP_PORT"),
     ({"COPAYDESK_SMTP_FROM": "receipts"}, "COPAYDESK_SMTP_FROM"),
     ({"COPAYDESK_SMTP_FROM": "a@b.test\nBcc: x@y.test"}, "COPAYDESK_SMTP_FROM"),
     ({"COPAYDESK_SMTP_PASSWORD": "change-me"}, "COPAYDESK_SMTP_PASSWORD"),
     ({"COPAYDESK_SMTP_PASSWORD": ""}, "COPAYDESK_SMTP_PASSWORD"),
     ({"COPAYDESK_SMTP_CA_FILE": "/nowhere.pem"}, "COPAYDESK_SMTP_CA_FILE"),
     ({"COPAYDESK_TEXT_URL": "http://api.provider.test/"}, "COPAYDESK_TEXT_URL"),
     ({"COPAYDESK_TEXT_URL": "https://user:pw@api.provider.test/"}, "COPAYDESK_TEXT_URL"),
     ({"COPAYDESK_TEXT_FROM": ""}, "COPAYDESK_TEXT_FROM"),
     ({"COPAYDESK_TEXT_TOKEN": "<token>"}, "COPAYDESK_TEXT_TOKEN"),
     ({"COPAYDESK_TEXT_SIGNING_TOKEN": "change-me"}, "COPAYDESK_TEXT_SIGNING_TOKEN"),
     ({"COPAYDESK_TEXT_TOKEN": "a\r\nb: c"}, "COPAYDESK_TEXT_TOKEN")],
)  # fmt: skip
def test_s0_40_a_wrong_setting_is_named_and_its_value_is_not(
    tmp_path: Path, wrong: dict[str, str], setting: str
) -> None:  # fmt: skip
    with pytest.raises(RuleBroken) as refused:
        message_settings(tmp_path, MAIL | TEXT | wrong)
    assert refused.value.facts == {"setting": setting}


def test_s0_40_a_clinic_may_keep_them_in_a_file_only_it_can_read(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text("# our mail\n" + "\n".join(f'{name}="{value}"' for name, value in (MAIL | TEXT).items()))
    path.chmod(0o644)
    with pytest.raises(RuleBroken) as refused:
        message_settings(tmp_path, {})
    assert refused.value.message_key == "hub.key_file_open"
    path.chmod(0o600)
    found = message_settings(tmp_path, {"COPAYDESK_SMTP_HOST": "other.alder.test"})
    assert found.mail is not None
    assert (found.mail.host, found.mail.password) == (
        "other.alder.test",
        "tide-lamp-42",
    )
    assert found.text is not None


def test_s0_40_secrets_are_not_shown(tmp_path: Path) -> None:
    assert "tide-lamp-42" not in repr(message_settings(tmp_path, MAIL | TEXT))
    assert "tok-4f1e9a77c2" not in repr(message_settings(tmp_path, MAIL | TEXT))


def test_s0_40_a_desks_own_hub_serves_without_mail_rather_than_not_at_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert usable_settings(tmp_path, MAIL).mail is not None
    assert usable_settings(tmp_path, MAIL | {"COPAYDESK_SMTP_PORT": "mail"}) == MessageSettings()
    assert [vars(record)["facts"]["setting"] for record in caplog.records] == ["COPAYDESK_SMTP_PORT"]


def test_what_a_provider_signs_with_is_its_token_unless_told_otherwise(tmp_path: Path) -> None:
    for more, signed_with in (({}, "tok-4f1e9a77c2"), ({"COPAYDESK_TEXT_SIGNING_TOKEN": "sig-77c2"}, "sig-77c2")):
        text = message_settings(tmp_path, {**TEXT, **more}).text
        assert text is not None
        assert text.signing_token == signed_with
        assert "sig-77c2" not in repr(text)
