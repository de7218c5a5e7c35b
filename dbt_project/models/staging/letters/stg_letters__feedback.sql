with

letters as (

    select * from {{ ref('stg_letters__letters') }}
    where not is_deleted and not is_repeat

),

feedback as (

    select
        'letters:' || letter_id as feedback_id,
        {{ node_id('letters', 'letters', ['letter_id']) }} as node_id,
        'letters' as source,

        'letter' as channel,
        'letter' as kind,
        cast(null as {{ dbt.type_string() }}) as metric,
        cast(null as {{ dbt.type_string() }}) as survey_id,
        cast(null as {{ dbt.type_string() }}) as question_id,

        cast(null as double) as score,
        cast(null as double) as scale_min,
        cast(null as double) as scale_max,
        cast(null as {{ dbt.type_string() }}) as polarity,
        cast(null as double) as top_box_min,
        cast(null as {{ dbt.type_string() }}) as vendor_sentiment,
        text as comment,

        {{ local_midnight('received_on') }} as responded_at,
        cast(null as {{ dbt.type_string() }}) as case_id

    from letters
    where received_on is not null

)

select * from feedback
