"""The mailbox customers write to: over IMAP, from files (.eml, .mbox), or both.

Lands: messages, one row per message whichever way and however often it came; its id is the hash of Message-ID, sender and
date (of the body where there is no Message-ID).
Cursor: per folder UIDVALIDITY and the highest UID, which servers must hand out in rising order; another UIDVALIDITY lists
the folder in full. Files: the fingerprint (name, size, time of change) of every file seen.
Deletes: not followed. A mail that is moved or tidied away was said all the same; who asks to be erased is erased here too.
Personal: names, addresses, subject, body and reply, and the recipient of a delivery report.
Left out: attachments (counted), everything behind a message's first megabyte, flags, and logging in by OAuth.
"""

from __future__ import annotations

from ingest.core.readers.imap import ImapMailbox
from ingest.core.readers.in_turn import InTurn
from ingest.core.readers.mail_files import MailFiles
from ingest.core.spec import CLOCK_URL, Cursor, NoAuth, Resource, Setting, Source, flag, instant, integer, nested, text

_MESSAGES = InTurn((("imap", ImapMailbox()), ("files", MailFiles())))

MAILBOX = Source(
    name="mailbox",
    title="Mailbox",
    base_url="",
    auth=NoAuth(),
    settings=(
        Setting("own_domains", "your own mail domains, separated by commas: their senders are you, not customers"),
        Setting("host", "IMAP server; leave out for files only", ""),
        Setting("port", "993 for tls, 143 for starttls", "993"),
        Setting("security", "tls, starttls, or none (on this machine only)", "tls"),
        Setting("user", "the mailbox's login name", ""),
        Setting("password", "its password, or one made for this program", "", secret=True),
        Setting("mailboxes", "folders to read, separated by commas, as the server spells them", "INBOX"),
        Setting("folder", "folder of .eml and .mbox files; leave out for IMAP only", ""),
        CLOCK_URL,
    ),
    resources=(
        Resource(
            name="messages",
            key=("id",),
            columns=(
                text("id"),
                text("message_id"),
                text("in_reply_to"),
                text("thread_id"),
                text("found_in"),
                integer("uid_validity"),
                integer("uid"),
                integer("size"),
                text("from_address", personal=True),
                text("sender_name", personal=True),
                text("sender_address", personal=True),
                nested("to_addresses", personal=True),
                text("subject", personal=True),
                text("date"),
                instant("sent_at"),
                instant("received_at"),
                text("body", personal=True),
                text("reply", personal=True),
                integer("attachments"),
                flag("is_from_us"),
                flag("is_truncated"),
                flag("is_charset_broken"),
                text("auto_submitted"),
                text("precedence"),
                flag("is_auto_reply_marked"),
                text("list_id"),
                flag("is_own_list"),
                flag("has_list_unsubscribe"),
                flag("is_marked_spam"),
                flag("has_null_return_path"),
                text("report_type"),
                text("dsn_status"),
                text("dsn_recipient", personal=True),
            ),
            full=_MESSAGES,
            changes=_MESSAGES,
            cursor=Cursor(token="position"),
        ),
    ),
)
