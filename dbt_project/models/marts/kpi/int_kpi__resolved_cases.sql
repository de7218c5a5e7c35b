with cases as (

    select * from {{ ref('fct_cases') }}

),

resolved as (

    select
        case_id,
        {{ elapsed_minutes('opened_at', 'solved_at') }} as resolution_minutes,
        {{ local_date('solved_at') }} as solved_on
    from cases
    where
        status in ('solved', 'closed')
        and not is_deleted
        and solved_at is not null

)

select * from resolved
