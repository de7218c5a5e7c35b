-- The mailbox: what customers write by e-mail, and what else lands there: our answers, bounces, absence notes, newsletters, spam.
-- Only the first people write: a mailbox holds thousands of messages, whatever the size of the company. Whole seconds.

create temp table mail_written as
with clients as (
    select * from person where buys and not is_test and person_no < 20000 and days_later(buys_at, 2) < getvariable('plan_end')
), wishes as (
    select person_no, k, false as is_outage, whole_second(moment(person_no, 'mail' || k, days_later(buys_at, 2), getvariable('plan_end'))) as written_at
    from clients, range(4) t(k) where k < floor(exponential(person_no, 'mails') * 0.65)
    union all
    select person_no, 9, true, whole_second(moment(person_no, 'outage mail', timestamp '2026-03-09 06:00', timestamp '2026-03-15 22:00'))
    from clients where buys_at < timestamp '2026-03-01' and rnd(person_no, 'outage mails') < 0.04
    union all
    -- The first days of the demo bring a few more, however small the company.
    select person_no, 10, false, whole_second(moment(person_no, 'early mail', getvariable('start'), getvariable('start') + to_days(2)))
    from clients where buys_at < timestamp '2026-06-01' and person_no < 400 and rnd(person_no, 'early mails') < 0.06
), asked as (
    select person_no, wishes.k, max(ticket.id) as ticket_id
    from wishes join ticket using (person_no) where ticket.asked_at < written_at and ticket.deleted_at is null group by all
), known as (
    select
        w.*, a.ticket_id, p.* exclude (person_no), w.person_no || '/' || w.k as draw, rnd(draw, 'mail way') as way,
        -- A shared family mailbox says nothing alone: such mails name a ticket or a customer number, or are not written.
        case when family_mail is null and way < 0.55 then 'mail' when a.ticket_id is not null and way < 0.8 then 'ticket'
             when first_shop_at is not null and erp_at < written_at then 'number' when a.ticket_id is not null then 'ticket'
             when family_mail is null then 'mail' else 'not written' end as known_by
    from wishes w join person p using (person_no) left join asked a using (person_no, k)
)
select
    *, row_number() over (order by written_at, draw) as mail_no,
    rnd(draw, 'mail mood') < least(greatest(0.34 - 0.1 * mood + if(near_outage(written_at), 0.45, 0), 0.05), 0.95) as is_unhappy,
    1 + floor(rnd(draw, 'mail topic') * 10)::int as topic,
    -- Some write from an address nobody here knows; the number they name tells who they are.
    case when known_by <> 'mail' and rnd(draw, 'elsewhere') < 0.12 then 'private.' || person_no || '@post.example.org'
         else mail_variant(main_mail, draw, 'mail address') end as address,
    case when rnd(draw, 'mail name') < 0.15 then null when rnd(draw, 'mail name') < 0.25 and country <> 'JP' then last_name || ', ' || first_name
         else coalesce(if(rnd(draw, 'mail nick') < 0.3, nickname, null), first_name) || ' ' || last_name end as sender_name
from known where known_by <> 'not written';

-- A quarter gets an answer that stands in the mailbox too; of those, some write back.
create temp table mail_exchange as
with answered as (
    select *, seconds_later(written_at, 3600 + 86400 * 2 * rnd(draw, 'answer')) as answered_at, mail_no || '.' || digest('mail', mail_no)[:10] as token
    from mail_written
)
select *, token || '@' || split_part(address, '@', 2) as first_id, 'answer.' || token || '@aurora-home.example' as answer_id, rnd(draw, 'gets answer') < 0.25 as has_answer,
    has_answer and rnd(draw, 'writes back') < 0.4 as writes_back, seconds_later(answered_at, 1800 + 86400 * 3 * rnd(draw, 'back')) as back_at
from answered;

create temp table mail_text as
select
    mail_no,
    if(country in ('DE', 'AT') and rnd(draw, 'language') < 0.5, 'de', 'en') as language,
    case when language = 'de' then 'Guten Tag,' || chr(10) || chr(10) else pick(['Hello,', 'Dear team,', 'Good morning,'], draw, 'greeting') || chr(10) || chr(10) end
        || case when is_outage then if(language = 'de', 'seit Tagen kann ich in Ihrem Shop nichts bestellen.', 'for days I have not been able to order anything on your site.')
                when language = 'de' then pick(['es geht um meine letzte Bestellung.', 'ich habe eine Rückfrage zu meiner Rechnung.', 'das Paket kam gestern an.', 'mein Abo läuft nun ein halbes Jahr.'], draw, 'about')
                else pick(['this is about my last order.', 'I have a question about my invoice.', 'the parcel came yesterday.', 'I have had the box for half a year now.'], draw, 'about') end
        || ' ' || case when is_unhappy then pick(getvariable('complaints'), draw, 'mail complaint')
                when rnd(draw, 'shrugs') < 0.35 then pick(getvariable('shrugs'), draw, 'mail shrug') else pick(getvariable('praise'), draw, 'mail praise') end
        || if(rnd(draw, 'asks') < 0.5, if(language = 'de', ' Bitte melden Sie sich bei mir, damit wir das klären können.', ' Please get back to me so that we can sort this out together.'), '')
        || chr(10) || chr(10) || if(language = 'de', 'Mit freundlichen Grüßen', 'Kind regards') || chr(10) || first_name || ' ' || last_name as reply,
    if(rnd(draw, 'signature') < 0.3, chr(10) || chr(10) || '--' || chr(10) || first_name || ' ' || last_name || chr(10) || place_of_living.name, '') as signature,
    if(rnd(draw, 'quotes') < 0.35, chr(10) || chr(10) || if(language = 'de', 'Am 1.2.2025 um 08:00 schrieb Aurora Home:', 'On 1 Feb 2025, at 08:00, Aurora Home wrote:')
        || chr(10) || '> How did we do? We read every answer.' || chr(10) || '> Your team at Aurora Home', '') as quote,
    case when is_outage then 'Shop is down' when language = 'de' then pick(['Rückfrage', 'Meine Bestellung', 'Ärger mit der Lieferung', 'Schöne Grüße'], draw, 'mail subject') else getvariable('ticket_subjects')[topic] end
        || case known_by when 'ticket' then ' [#' || ticket_id || ']' when 'number' then if(language = 'de', ' (Kundennummer ', ' (customer no. ') || erp_number || ')' else '' end as subject
from mail_exchange;

-- Everything that arrives, in the fields of a message. `sent` is when it was written, `late` how many seconds it was under way.
create temp table mail as
with customers as (
    select
        'customer' as kind, person_id, first_id as message_id, null as in_reply_to, first_id as thread_id, sender_name, address as sender_address,
        if(rnd(draw, 'by form') < 0.15, 'website@aurora-home.example', address) as from_address, subject, reply || signature || quote as body, reply,
        written_at as sent, draw, if(rnd(draw, 'attaches') < 0.12, 1 + floor(rnd(draw, 'pictures') * 3)::int, 0) as attachments, null::varchar as list_id, null::varchar as dsn_recipient
    from mail_exchange join mail_text using (mail_no)
    union all by name
    select
        'customer' as kind, person_id, 'back.' || token || '@' || split_part(address, '@', 2) as message_id, answer_id as in_reply_to, first_id as thread_id,
        sender_name, address as sender_address, address as from_address, 'Re: ' || subject as subject,
        if(is_unhappy, 'Thank you, but this does not help me.', 'Thank you, that was quick!') as reply,
        reply || chr(10) || chr(10) || 'On 1 Feb 2025, at 08:00, Aurora Home wrote:' || chr(10) || '> We are looking into it.' as body, back_at as sent, draw || 'b' as draw, 0 as attachments
    from (select * exclude (reply) from mail_exchange join mail_text using (mail_no)) where writes_back
    union all by name
    select
        'own' as kind, answer_id as message_id, first_id as in_reply_to, first_id as thread_id, 'Aurora Home' as sender_name, 'feedback@aurora-home.example' as sender_address,
        'feedback@aurora-home.example' as from_address, 'Re: ' || subject as subject, 'We are looking into it.' as reply, reply as body, answered_at as sent, draw || 'a' as draw, 0 as attachments
    from (select * exclude (reply) from mail_exchange join mail_text using (mail_no)) where has_answer
    union all by name
    select
        'bounce' as kind, 'bounce.' || mail_no || '@mail.example.net' as message_id, null as in_reply_to, message_id as thread_id, 'Mail Delivery System' as sender_name,
        'MAILER-DAEMON@mail.example.net' as sender_address, sender_address as from_address, 'Undelivered Mail Returned to Sender' as subject,
        'The mail system could not deliver your message.' as reply, reply as body, seconds_later(written_at, 7000) as sent, draw || 'd' as draw, 0 as attachments, mail_typo(main_mail) as dsn_recipient
    from mail_exchange where rnd(draw, 'bounces') < 0.07
    union all by name
    select
        'absent' as kind, 'away.' || mail_no || '@mail.example.net' as message_id, null as in_reply_to, message_id as thread_id, null as sender_name, main_mail as sender_address,
        main_mail as from_address, 'Abwesenheitsnotiz: How did we do?' as subject, 'I am out of the office until Monday.' as reply, reply as body,
        seconds_later(written_at, 90000) as sent, draw || 'o' as draw, 0 as attachments
    from mail_exchange where rnd(draw, 'is away') < 0.06
    union all by name
    select
        if(rnd(n, 'junk') < 0.25, 'spam', 'newsletter') as kind, 'news.' || n || '@news.example.net' as message_id, null as in_reply_to, message_id as thread_id, 'Trade News' as sender_name,
        'editors@news.example.net' as sender_address, sender_address as from_address, 'This week in home and garden' as subject, 'Five trends you should know.' as reply, reply as body,
        whole_second(moment(n, 'news', getvariable('history_start') + to_days(7 * n), getvariable('history_start') + to_days(7 * n + 6))) as sent, 'n' || n as draw, 0 as attachments,
        if(kind = 'newsletter', '<weekly.news.example.net>', null) as list_id
    from range(82) t(n)
), underway as (
    select *, sent + to_seconds(if(rnd(draw, 'queued') < 0.03, 3600 + floor(rnd(draw, 'queue') * 60000)::bigint, 3 + floor(rnd(draw, 'hop') * 20)::bigint)) as received_at, rnd(draw, 'clock') as clock_draw
    from customers where sent < getvariable('plan_end')
), dated as (
    select
        *,
        case when clock_draw < 0.015 then null when clock_draw < 0.03 then 'yesterday evening'
             when clock_draw < 0.04 then strftime(sent - to_years(25), '%a, %d %b %Y %H:%M:%S +0000')
             when clock_draw < 0.5 then strftime(sent + to_hours(2), '%a, %d %b %Y %H:%M:%S +0200') else strftime(sent, '%a, %d %b %Y %H:%M:%S +0000') end as date,
        case when clock_draw < 0.03 then null when clock_draw < 0.04 then sent - to_years(25) else sent end as sent_at
    from underway
)
select
    *, left(sha256(message_id || chr(10) || lower(from_address) || chr(10) || coalesce(date, '')), 32) as id,
    case when received_at < timestamp '2025-03-01' then 'archive/2025-winter.mbox' when kind = 'customer' and rnd(draw, 'put aside') < 0.04 then 'put-aside/' || digest('mail file', draw)[:12] || '.eml'
         when rnd(draw, 'folder') < 0.1 then 'Archive' else 'INBOX' end as found_in
from dated where received_at < getvariable('plan_end');

insert into vendor.mailbox__messages by name
select
    id, message_id, in_reply_to, thread_id, found_in, from_address, sender_name, sender_address, '["feedback@aurora-home.example"]' as to_addresses, subject, date, sent_at, received_at,
    body, reply, attachments, kind = 'own' as is_from_us, false as is_truncated, false as is_charset_broken,
    case kind when 'absent' then 'auto-replied' when 'bounce' then 'auto-generated' end as auto_submitted, if(kind = 'newsletter', 'bulk', null) as precedence,
    false as is_auto_reply_marked, list_id, false as is_own_list, kind = 'newsletter' as has_list_unsubscribe, kind = 'spam' as is_marked_spam,
    kind = 'bounce' as has_null_return_path, if(kind = 'bounce', 'delivery-status', null) as report_type, if(kind = 'bounce', '5.1.1', null) as dsn_status, dsn_recipient,
    if(is_gone, received_at + to_days(5), received_at) as _visible_at, is_gone as _is_gone
-- Newsletters are tidied away after some days.
from mail, unnest(if(kind = 'newsletter' and found_in = 'INBOX', [false, true], [false])) t(is_gone)
where if(is_gone, received_at + to_days(5), received_at) < getvariable('plan_end');

insert into truth.record_owner
select 'mailbox', 'messages', id, person_id from mail where kind = 'customer';
