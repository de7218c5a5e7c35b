with segment_sizes as (

    select * from {{ ref('segment_sizes') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        segment_sizes.*,
        data_as_of.as_of as data_as_of
    from segment_sizes
    cross join data_as_of

)

select * from published
