with

conversation_parts as (

    select * from {{ source('raw_intercom', 'conversation_parts') }}

),

cleaned as (

    select
        conversation_id,
        id as part_id,
        author_id,

        lower(part_type) as part_type,
        lower(author_type) as author_type,
        {{ blank_to_null('body') }} as body,
        assigned_to,
        event_details,
        lower(state) as state,

        coalesce(redacted, false) as is_redacted,
        author_type in ('user', 'lead', 'contact') as is_by_contact,
        part_type in ('comment', 'open', 'close', 'assignment')
        and (body is not null or coalesce(redacted, false)) as is_message,

        notified_at,
        created_at,
        updated_at,
        _observed_at

    from conversation_parts

)

select * from cleaned
