with

social_posts as (

    select * from {{ ref('stg_brandwatch__social_posts') }}
    where is_own_brand and not is_repost

),

feedback as (

    select
        post_id as feedback_id,
        node_id,
        source,

        'social' as channel,
        'post' as kind,
        cast(null as {{ dbt.type_string() }}) as metric,
        cast(null as {{ dbt.type_string() }}) as survey_id,
        cast(null as {{ dbt.type_string() }}) as question_id,

        cast(null as double) as score,
        cast(null as double) as scale_min,
        cast(null as double) as scale_max,
        cast(null as {{ dbt.type_string() }}) as polarity,
        cast(null as double) as top_box_min,
        sentiment as vendor_sentiment,
        comment,

        posted_at as responded_at,
        cast(null as {{ dbt.type_string() }}) as case_id

    from social_posts

)

select * from feedback
