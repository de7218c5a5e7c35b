with mrr_cohorts as (

    select * from {{ ref('mrr_cohorts') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        mrr_cohorts.*,
        data_as_of.as_of as data_as_of
    from mrr_cohorts
    cross join data_as_of

)

select * from published
