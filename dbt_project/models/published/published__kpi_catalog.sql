with catalog as (

    select * from {{ ref('kpi_catalog') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        catalog.*,
        data_as_of.as_of as data_as_of
    from catalog
    cross join data_as_of

)

select * from published
