with

messages as (

    select * from {{ source('raw_mailbox', 'messages') }}

),

cleaned as (

    select
        id as mail_id,
        message_id,
        in_reply_to,
        thread_id,
        found_in,

        {{ blank_to_null('from_address') }} as from_address,
        {{ blank_to_null('sender_address') }} as sender_address,
        {{ blank_to_null('sender_name') }} as sender_name,
        {{ blank_to_null('subject') }} as subject,
        {{ blank_to_null('reply') }} as reply,
        body,
        lower(split_part(sender_address, '@', 1)) as sender_mailbox,
        lower(from_address) <> lower(sender_address) as is_from_form,

        -- what the sender may name in the subject: one of our tickets, their customer number
        nullif(regexp_extract(subject, '{{ var("mail_ticket_pattern", "[^A-Za-z0-9 ]#([0-9]{6,12})[^A-Za-z0-9 ]") }}', 1), '') as ticket_number,
        nullif(
            regexp_extract(
                upper(subject), '{{ var("mail_customer_number_pattern", "(^|[^A-Z0-9])(C[0-9]{6,9})([^0-9]|$)") }}', 2
            ),
            ''
        ) as customer_number,

        attachments,
        size as size_bytes,
        auto_submitted,
        precedence,
        list_id,
        report_type,
        dsn_status,
        dsn_recipient,

        coalesce(is_from_us, false) as is_from_us,
        coalesce(is_truncated, false) as is_truncated,
        coalesce(is_charset_broken, false) as is_charset_broken,
        coalesce(is_auto_reply_marked, false) as is_auto_reply_marked,
        coalesce(is_own_list, false) as is_own_list,
        coalesce(has_list_unsubscribe, false) as has_list_unsubscribe,
        coalesce(is_marked_spam, false) as is_marked_spam,
        coalesce(has_null_return_path, false) as has_null_return_path,

        sent_at,
        received_at,
        _observed_at

    from messages

),

judged as (

    select
        *,
        -- the first sign counts: mail from machines may also look like mail from a list or from us
        case
            when report_type = 'delivery-status' or sender_mailbox in ('mailer-daemon', 'postmaster') then 'bounce'
            when
                (coalesce(auto_submitted, 'no') <> 'no' and not coalesce(is_from_form, false))
                or is_auto_reply_marked
                or coalesce(precedence, '') = 'auto_reply'
                or coalesce(report_type, '') = 'disposition-notification'
                or {{ matches(
                    "lower(coalesce(subject, ''))",
                    "^(out of office|automatic reply|auto-?reply|automatische antwort|abwesenheit)"
                ) }}
                then 'auto_reply'
            when has_null_return_path then 'bounce'
            when is_from_us then 'own'
            when is_marked_spam then 'spam'
            when
                not is_own_list
                and (list_id is not null or has_list_unsubscribe or coalesce(precedence, '') in ('bulk', 'list', 'junk'))
                then 'newsletter'
            else 'person'
        end as kind,

        -- a sender's clock may be wrong, the mailbox's is not
        case
            when
                sent_at <= {{ plus_days('received_at', 1) }}
                and sent_at >= {{ plus_days('received_at', -7) }}
                then sent_at
            else coalesce(received_at, sent_at, _observed_at)
        end as written_at
    from cleaned

)

select * from judged
