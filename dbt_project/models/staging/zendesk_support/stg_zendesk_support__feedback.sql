with

satisfaction_ratings as (

    select * from {{ ref('stg_zendesk_support__satisfaction_ratings') }}
    where score in ('good', 'bad')

),

tickets as (

    select * from {{ ref('stg_zendesk_support__tickets') }}

),

case_ratings as (

    select
        'zendesk_support:' || satisfaction_ratings.rating_id as feedback_id,
        {{ node_id('zendesk_support', 'users', ['coalesce(satisfaction_ratings.requester_id, tickets.requester_id)']) }}
            as node_id,
        'zendesk_support' as source,

        'support' as channel,
        'case_rating' as kind,
        'good_bad' as metric,
        cast(null as {{ dbt.type_string() }}) as survey_id,
        cast(null as {{ dbt.type_string() }}) as question_id,

        case satisfaction_ratings.score when 'good' then 1.0 else 0.0 end as score,
        0.0 as scale_min,
        1.0 as scale_max,
        'high_good' as polarity,
        1.0 as top_box_min,
        cast(null as {{ dbt.type_string() }}) as vendor_sentiment,
        satisfaction_ratings.comment,

        satisfaction_ratings.updated_at as responded_at,
        'zendesk_support:' || satisfaction_ratings.ticket_id as case_id

    from satisfaction_ratings
    left join tickets on satisfaction_ratings.ticket_id = tickets.ticket_id

)

select * from case_ratings
