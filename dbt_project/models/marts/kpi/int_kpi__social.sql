{%- set kpis = [
    ('mention_volume', 'standard', 'is_own_brand', '1', '1'),
    ('reach', 'standard', 'is_own_brand', 'reach', '1'),
    ('engagement_rate', 'standard', 'is_own_brand', 'engagements', 'reach'),
    ('net_sentiment', 'standard', 'is_own_brand and sentiment is not null', 'tone', '1'),
    ('net_sentiment', 'without_neutral', "is_own_brand and sentiment in ('positive', 'negative')", 'tone', '1'),
    ('sentiment_coverage', 'standard', 'is_own_brand', 'case when sentiment is null then 0 else 1 end', '1'),
    ('share_of_voice', 'standard', 'true', 'case when is_own_brand then 1 else 0 end', '1'),
] -%}

with posts as (

    select
        *,
        page_type as network,
        {{ local_date('posted_at') }} as on_day,
        case sentiment when 'positive' then 1 when 'negative' then -1 else 0 end as tone
    from {{ ref('fct_social_posts') }}
    where not is_repost

),

-- neutral posts stay in the denominator of the net sentiment, posts not yet scored stay out
events as (

    {% for kpi_id, variant, counts, numerator, denominator in kpis %}
        select
            '{{ kpi_id }}' as kpi_id,
            '{{ variant }}' as variant,
            on_day,
            network,
            {{ numerator }} as numerator,
            {{ denominator }} as denominator,
            1 as posts,
            0 as immature
        from posts
        where {{ counts }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

{{ tallies_of('events', ['network'], counts='posts') }},

{{ measures_of(kpis | map(attribute=0) | unique | list) }}

select * from measures
