with

admins as (

    select * from {{ source('raw_intercom', 'admins') }}

),

cleaned as (

    select
        id as admin_id,
        {{ blank_to_null('name') }} as name,
        {{ blank_to_null('email') }} as email,
        {{ blank_to_null('job_title') }} as job_title,
        team_ids,
        coalesce(away_mode_enabled, false) as is_away,
        coalesce(has_inbox_seat, false) as has_inbox_seat,
        _observed_at
    from admins

)

select * from cleaned
