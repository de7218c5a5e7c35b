with

cases as (

    {{ rows_of('case_models') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

with_customer as (

    select
        cases.case_id,
        members.customer_id,
        cases.source,

        cases.channel,
        cases.priority,
        cases.status,

        cases.opened_at,
        cases.first_solved_at,
        cases.solved_at,

        cases.first_reply_minutes,
        cases.reopens,
        cases.replies,
        cases.customer_replies,
        cases.issue_key,

        cases.is_deleted

    from cases
    left join members on cases.node_id = members.node_id

)

select * from with_customer
