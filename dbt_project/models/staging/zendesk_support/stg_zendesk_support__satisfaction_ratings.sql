with

satisfaction_ratings as (

    select * from {{ source('raw_zendesk_support', 'satisfaction_ratings') }}

),

cleaned as (

    select
        id as rating_id,
        ticket_id,
        requester_id,
        assignee_id,
        group_id,

        -- the rating may say in its score that a comment came with it (goodwithcomment)
        case
            when lower(score) like 'good%' then 'good'
            when lower(score) like 'bad%' then 'bad'
            else lower(score)
        end as score,
        {{ blank_to_null('comment') }} as comment,
        {{ blank_to_null('reason') }} as reason,

        created_at,
        updated_at,
        _observed_at

    from satisfaction_ratings

)

select * from cleaned
