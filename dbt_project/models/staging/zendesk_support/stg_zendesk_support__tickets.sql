with

tickets as (

    select * from {{ source('raw_zendesk_support', 'tickets') }}

),

cleaned as (

    select
        id as ticket_id,
        {{ blank_to_null('external_id') }} as external_id,
        requester_id,
        submitter_id,
        assignee_id,
        organization_id,
        group_id,

        lower(channel) as channel,
        lower(type) as ticket_type,
        subject,
        description,
        lower(priority) as priority,
        lower(status) as status,
        lower(satisfaction_score) as satisfaction_score,
        tags,
        custom_fields,

        coalesce(metric_reopens, 0) as reopens,
        coalesce(metric_replies, 0) as replies,
        metric_first_reply_minutes as first_reply_minutes,
        metric_first_resolution_minutes as first_resolution_minutes,
        metric_full_resolution_minutes as full_resolution_minutes,

        coalesce(tags like '%"closed_by_merge"%', false) as is_merged,
        coalesce(lower(status) = 'deleted', false) as is_deleted,

        metric_assigned_at as assigned_at,
        metric_solved_at as solved_at,
        {{ from_epoch_seconds('generated_timestamp') }} as generated_at,
        created_at,
        updated_at,
        _observed_at

    from tickets

)

select * from cleaned
