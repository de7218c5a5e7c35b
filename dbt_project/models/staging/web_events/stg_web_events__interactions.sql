with

sessions as (

    select
        *,
        {{ node_id('web_events', 'users', ['person_key']) }} as node_id
    from {{ ref('stg_web_events__sessions') }}
    where person_key is not null and not is_bot

),

visits as (

    select
        'web_visited' as event,
        node_id,
        started_at as occurred_at,
        case when has_purchase then 'bought' when has_left_cart then 'left a cart' else 'looked around' end as outcome,
        session_id
    from sessions

),

-- something was put into the cart and not bought in the same session
abandoned_carts as (

    select
        'cart_abandoned' as event,
        node_id,
        ended_at as occurred_at,
        'left a cart' as outcome,
        session_id
    from sessions
    where has_left_cart

),

interactions as (

    select * from visits
    union all
    select * from abandoned_carts

),

shaped as (

    select
        event,
        node_id,
        occurred_at,
        'web' as channel,
        'web_events' as source,
        cast(null as {{ dbt.type_string() }}) as sentiment,
        cast(null as double) as effort,
        outcome,
        session_id as reference
    from interactions

)

select * from shaped
