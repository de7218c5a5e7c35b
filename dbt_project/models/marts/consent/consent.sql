{%- set purposes = ['marketing', 'service'] -%}

with

customers as (

    select * from {{ ref('dim_customers') }}

),

consents as (

    select * from {{ ref('fct_consents') }}

),

-- the newest word counts; of two at one instant the refusal
newest as (

    select
        *,
        row_number() over (
            partition by customer_id, purpose
            order by told_at desc, case when answer = 'refused' then 0 else 1 end asc, source asc
        ) as turn
    from consents

),

asked as (

    {% for purpose in purposes -%}
        select
            customer_id,
            '{{ purpose }}' as purpose
        from customers
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

consent as (

    select
        asked.customer_id,
        asked.purpose,
        coalesce(newest.answer, 'unknown') as answer,
        newest.basis,
        newest.version,
        newest.source,
        newest.told_at
    from asked
    left join newest on asked.customer_id = newest.customer_id and asked.purpose = newest.purpose and newest.turn = 1

)

select * from consent
