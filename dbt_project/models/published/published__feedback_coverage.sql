with feedback_coverage as (

    select * from {{ ref('feedback_coverage') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        feedback_coverage.*,
        data_as_of.as_of as data_as_of
    from feedback_coverage
    cross join data_as_of

)

select * from published
