-- Every person record that is staged is a record of identity, and none besides.

with

staged as (

    {% for source in var('person_sources') -%}
        select node_id from {{ ref('stg_' ~ source ~ '__persons') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

counts as (

    select
        (select count(*) from staged) as staged_rows,
        (select count(*) from {{ ref('int_identity__records') }}) as identity_rows

)

select * from counts
where staged_rows <> identity_rows
