with

members as (

    select * from {{ ref('int_customer_360__members') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

web_events as (

    select * from {{ ref('stg_web_events__events') }}

),

signals as (

    select * from {{ ref('consent_signals') }}

),

told as (

    -- the vendor tells the flag and not since when: it stood no later than the record's last change
    select
        members.customer_id,
        records.source,
        'opted_out' as signal,
        records.node_id as reference,
        records.last_seen_at as told_at
    from records
    inner join members on records.node_id = members.node_id
    where records.is_opted_out
    union all
    select
        members.customer_id,
        members.source,
        'sign_up' as signal,
        'web_events:' || web_events.event_id as reference,
        web_events.occurred_at as told_at
    from web_events
    inner join members
        on members.node_id = 'web_events:users:' || coalesce(web_events.user_id, web_events.email_sha256)
    where web_events.event_type = 'sign_up'
    union all
    select
        customer_id,
        'orders' as source,
        'contract' as signal,
        customer_id as reference,
        became_customer_at as told_at
    from customers
    where became_customer_at is not null

),

consents as (

    select
        told.customer_id,
        signals.purpose,
        signals.answer,
        signals.basis,
        signals.version,
        told.source,
        min(told.reference) as reference,
        told.told_at
    from told
    inner join signals on told.source = signals.source and told.signal = signals.signal
    group by
        told.customer_id, signals.purpose, signals.answer, signals.basis, signals.version, told.source, told.told_at

)

select * from consents
