with reconciliation as (

    select * from {{ ref('kpi_reconciliation') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        reconciliation.*,
        data_as_of.as_of as data_as_of
    from reconciliation
    cross join data_as_of

)

select * from published
