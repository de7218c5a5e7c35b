with

contracts as (

    {{ rows_of('contract_models') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

with_customer as (

    select
        contracts.subscription_id,
        members.customer_id,
        contracts.source,

        contracts.status,
        contracts.currency_code,

        contracts.started_at,
        contracts.trial_end_at,
        contracts.canceled_at,
        contracts.ended_at,

        contracts.cancellation_reason

    from contracts
    left join members on contracts.node_id = members.node_id

)

select * from with_customer
