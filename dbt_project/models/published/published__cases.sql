with cases as (

    select * from {{ ref('fct_cases') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        cases.case_id,
        cases.customer_id,
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
        cases.is_deleted,
        data_as_of.as_of as data_as_of
    from cases
    cross join data_as_of

)

select * from published
