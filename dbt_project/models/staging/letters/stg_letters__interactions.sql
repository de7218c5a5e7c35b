with

letters as (

    select * from {{ ref('stg_letters__letters') }}
    where not is_deleted and received_on is not null

),

interactions as (

    select
        'letter_received' as event,
        {{ node_id('letters', 'letters', ['letter_id']) }} as node_id,
        {{ local_midnight('received_on') }} as occurred_at,
        'letter' as channel,
        'letters' as source,
        cast(null as {{ dbt.type_string() }}) as sentiment,
        cast(null as double) as effort,
        case when is_repeat then 'sent again' else 'wrote' end as outcome,
        'letters:' || letter_id as reference
    from letters

)

select * from interactions
